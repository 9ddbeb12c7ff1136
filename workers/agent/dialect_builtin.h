// agent/dialect_builtin.h — the model that is always there: it answers at once and says that it is
// none.
#pragma once

#include <string>
#include <string_view>

namespace openclaw::agent {

inline constexpr std::string_view builtin_provider = "builtin";
inline constexpr std::string_view builtin_echo = "echo";

// Repeats the message and says which command sets a real model. Ends with the same words each time,
// so that a person sees at once what answers.
std::string answer_of_echo(std::string_view message);

} // namespace openclaw::agent
