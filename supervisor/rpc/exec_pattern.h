// rpc/exec_pattern.h — does an entry of an allowlist mean the programs of a command line?
//
// A line is taken apart at && || ; and |, and every part has to be allowed. What a shell would do
// beyond that (redirections, expansions, substitutions, variables) is not judged: such a line has
// no programs, and is asked about. So are programs whose work is to run another one (sh, env, xargs
// …), whatever the pattern says. Pure: nothing is looked up on the disk.
#pragma once

#include "common/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

struct ProgramCall {
    std::string program; // as it is written: "rg", "./rg", "/usr/bin/rg"
    std::vector<std::string> arguments;
    bool is_literal = true; // no argument has characters that a shell replaces by file names
};

// The programs the line runs, in order; nothing: more happens in it than programs being run.
std::optional<std::vector<ProgramCall>> programs_in(std::string_view line);

// What a pattern is compared with: where the program is, as it is written, or, for a bare name, as
// whoever runs it found it (`found_at`; empty: unknown). Empty when only the name is known.
std::string place_of(const ProgramCall& call, std::string_view cwd, std::string_view found_at);

// "rg" means a program of this name that is found by PATH; a pattern with a slash (or "~") means
// where it is: * and ? stay inside a folder, ** does not. "*" alone means every program.
bool pattern_means(std::string_view pattern, const ProgramCall& call, std::string_view place);

// An expression (policy/pattern), searched in the arguments, joined by blanks. Error: invalid.
Result<void> check_argument_pattern(std::string_view expression);
bool arguments_match(std::string_view expression, const ProgramCall& call);

} // namespace openclaw::rpc
