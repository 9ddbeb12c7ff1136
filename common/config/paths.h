// config/paths.h — where things are: home, state, config, workspace, port (OPS.md 4). Pure but for
// the account database, which is asked for the home directory only when neither OPENCLAW_HOME nor
// HOME is set.
#pragma once

#include "common/base/result.h"
#include "common/config/environment.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::config {

struct PathOptions {
    std::string profile = {}; // --profile; empty: OPENCLAW_PROFILE
    bool dev = false;         // --dev
};

struct Paths {
    std::string home;
    std::string profile;         // empty: none
    std::string state_directory; // absolute
    std::string config_file;
    std::string workspace; // the default one; agents.defaults.workspace wins over it
    bool dev = false;

    std::string in_state(std::string_view relative) const; // "<state>/<relative>"
};

// Errors: a profile name with other characters than letters, digits, "_" and "-"; both a profile
// and dev.
Result<Paths> resolve_paths(const PathOptions& options, const Environment& environment);

// "~" and "~/x" become absolute; everything else stays.
std::string expand_home(std::string_view path, std::string_view home);
// The other way round, for people: /home/op/.openclaw → ~/.openclaw.
std::string shorten_home(std::string_view path, std::string_view home);

struct Port {
    int number = 0;
    std::string_view source; // "cli", "env", "config", "profile", "default"
};

// Flag > OPENCLAW_GATEWAY_PORT ("N", "host:N", "[::1]:N") > config > profile > 18789.
Result<Port> resolve_port(std::optional<int> flag, const Environment& environment,
                          std::optional<int> configured, const Paths& paths);

} // namespace openclaw::config
