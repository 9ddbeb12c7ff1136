// cli/program.h — the whole program but for main: arguments in, exit code out.
#pragma once

#include "cli/context.h"

#include <string>
#include <vector>

namespace openclaw::cli {

// `arguments` without the program's name and the global options.
int run_program(const Context& context, const std::vector<std::string>& arguments);

} // namespace openclaw::cli
