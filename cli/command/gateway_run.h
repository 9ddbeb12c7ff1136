// cli/command/gateway_run.h — `openclaw gateway run`: becomes the gateway.
//
// The process is replaced by the daemon (same pid, so a service manager or a terminal holds the
// gateway itself). Its options go along as arguments; a token or password goes in the environment,
// which the daemon reads and clears at once: arguments can be read by everybody on the machine.
#pragma once

#include "cli/context.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::cli {

struct RunOptions {
    std::int64_t port = 0;
    std::string bind, auth;
    std::string token, token_file, password;
    bool allow_unconfigured = false, ambient_channels = false, verbose = false;
};

void add_run_options(Command& command, RunOptions& options);
// Returns only when the daemon could not be started; the exit code.
int run_gateway(const Context& context, const RunOptions& options);

// What the daemon is started with. Pure; public for tests.
std::vector<std::string> daemon_arguments(const RunOptions& options, const Globals& globals);
// The daemon of this installation. Error: not_found, with the places looked at.
Result<std::string> find_daemon();
// Where the daemon may be, seen from the folder this program is in: installed, or in a build tree.
std::vector<std::string> daemon_places(const std::string& own_folder);
// The secret in a file only its owner can read. Errors: not_found, denied (others may read it),
// invalid (empty).
Result<std::string> read_secret_file(const std::string& path);

} // namespace openclaw::cli
