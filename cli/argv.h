// cli/argv.h — the command line as it was typed, made ready for parsing. Pure.
//
// Forgiveness (SEEDS A19): articles and chat apps turn "--port" into "–port" and straight quotes
// into curly ones. Both are read as meant, before "--" only, and never inside the words of a
// message (-m, --message). Global options are taken out here, so they may stand before or after the
// command.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace openclaw::cli {

struct Forgiven {
    std::vector<std::string> arguments;
    bool changed = false; // something was read differently from how it was typed
};

Forgiven forgive(std::vector<std::string> arguments);

// "config set gateway. auth. token x": the path as it was probably meant, when spaces broke one.
std::optional<std::string> broken_config_path(const std::vector<std::string>& arguments);

struct Globals {
    std::string profile;
    bool dev = false;
    std::string log_level; // empty: not given
    bool no_color = false;
    bool json = false; // only looked at (not taken out): how to word a usage error
};

struct GlobalsTaken {
    Globals globals;
    std::vector<std::string> arguments; // the rest
    std::string problem;                // not empty: what is wrong, and
    int exit_code = 0;                  // the exit code that goes with it (CLI.md 3.3)
};

GlobalsTaken take_globals(const std::vector<std::string>& arguments);

} // namespace openclaw::cli
