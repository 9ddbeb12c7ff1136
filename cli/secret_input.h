// cli/secret_input.h — a token or password, from where it does not show: a file, standard input,
// the keyboard without an echo.
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"

#include <string>
#include <string_view>

namespace openclaw::cli {

// The first line of it, without space around. Errors: invalid (nothing in it, or far too long),
// unavailable (it cannot be read).
Result<Secret> read_token_file(const std::string& path);
Result<Secret> read_token_from_input();

// Asks on the terminal. Error: unavailable, when there is none.
Result<Secret> ask_for_secret(std::string_view question);
// "y" or "yes"; false when nobody is there to say it.
bool ask_yes_or_no(std::string_view question);
bool is_somebody_there(); // input and errors are a terminal

} // namespace openclaw::cli
