// supervisor/options.h — the daemon's command line: what `openclaw gateway run` passes on.
//
// Secrets never come this way: argv is readable by everybody on the machine. A token for this run
// comes in OPENCLAW_GATEWAY_TOKEN, which is taken out of the environment before any child exists.
#pragma once

#include "common/base/result.h"

#include <optional>
#include <string>

namespace openclaw {

struct Options {
    std::optional<int> port;
    std::optional<std::string> bind; // loopback, lan, tailnet, auto, custom
    std::optional<std::string> auth; // none, token, password
    std::string profile;
    bool dev = false;
    bool allow_unconfigured = false; // start without gateway.mode=local in the config
    bool ambient_channels = false;
    bool verbose = false;
    std::optional<std::string> log_level;
    std::optional<std::string>
        rehearse; // a directory with a copy of the ledger (supervisor/rehearsal)
    bool show_version = false;
    bool show_help = false;
};

Result<Options> parse_options(int argc, char** argv);
std::string options_help();

} // namespace openclaw
