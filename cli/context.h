// cli/context.h — what every command is given: where it writes, where things are, how it reaches
// the gateway.
#pragma once

#include "cli/argv.h"
#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/rpc/rpc_client.h"
#include "common/config/paths.h"

#include <string>
#include <string_view>

namespace openclaw::cli {

// Exit codes of CLI.md 3.3.
inline constexpr int exit_ok = 0, exit_failure = 1, exit_usage = 2, exit_config = 78;

struct Context {
    Console console;
    Globals globals;
    config::Environment environment;
    config::Paths paths;
};

// The options every command that asks the gateway takes (CLI.md 4).
struct ConnectionOptions {
    std::string url;
    std::int64_t port = 0; // 0: not given
    std::string token;
    std::string password;
    std::int64_t timeout_ms = 10'000;
    bool json = false;

    Milliseconds timeout() const { return Milliseconds(timeout_ms); }
};

// `token`: how the gateway's token is called where "--token" means another one.
void add_connection_options(Command& command, ConnectionOptions& options,
                            const std::string& token = "--token");
void add_json_option(Command& command, bool& json);

// An open connection to the gateway that the options, the environment and the configuration name.
CallResult<RpcClient> open_gateway(const Context& context, const ConnectionOptions& options);
// One question, one answer.
CallResult<Answer> ask(const Context& context, const ConnectionOptions& options,
                       std::string_view method, std::string_view params_json = {});

// Says why, in the form the operator asked for: the envelope on stdout, or text on stderr. Returns
// the exit code.
int report(const Context& context, bool json, const CallError& error);
// The same JSON as it is, indented for people.
void print_json(const Console& console, std::string_view json);
void print_json(const Console& console, json::View value);

} // namespace openclaw::cli
