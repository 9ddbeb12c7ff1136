// agent/dialect_builtin.h — the model that is always there: it answers at once and says that it is
// none.
#pragma once

#include "common/ipc/attached_files.h"

#include <span>
#include <string>
#include <string_view>

namespace openclaw::agent {

inline constexpr std::string_view builtin_provider = "builtin";
inline constexpr std::string_view builtin_echo = "echo";

// Repeats the message, says what files came with it, and which command sets a real model. Ends with
// the same words each time, so that a person sees at once what answers.
std::string answer_of_echo(std::string_view message, std::span<const ipc::FileView> files = {});

} // namespace openclaw::agent
