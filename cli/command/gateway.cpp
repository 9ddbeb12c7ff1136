#include "cli/command/gateway_run.h"
#include "cli/command/gateway_service.h"
#include "cli/command/gateway_status.h"
#include "cli/command/gateway_upgrade.h"
#include "cli/commands.h"
#include "cli/view/words.h"

namespace openclaw::cli {

namespace {

struct CallOptions {
    ConnectionOptions connection;
    std::string method;
    std::string params = "{}";
    bool expect_final = false;
};

int health(const Context& context, const ConnectionOptions& options) {
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = ask(context, options, "health");
    if (!answer) return report(context, options.json, answer.error());
    if (options.json) {
        print_json(context.console, answer->payload());
        return exit_ok;
    }
    const auto took =
        std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begun);
    const auto& look = context.console.look();
    context.console.line(look.heading("Gateway Health"));
    const bool is_ok = answer->payload()["ok"].boolean();
    context.console.line(look.paint(is_ok ? Ink::good : Ink::bad, is_ok ? "OK" : "Not OK") + " (" +
                         duration(took.count()) + ")");
    return exit_ok;
}

CallResult<Answer> call_method(const Context& context, const CallOptions& options) {
    const auto params = json::Document::parse(options.params);
    if (!params || !params->root().is_object())
        return std::unexpected(
            cli_error("--params must be a JSON object, for example '{\"limit\":5}'" +
                      (params ? std::string() : ": " + params.error().sentence)));
    auto client = open_gateway(context, options.connection);
    if (!client) return std::unexpected(client.error());
    auto id = client->send(options.method, options.params, options.connection.timeout());
    if (!id) return std::unexpected(id.error());
    auto answer = client->wait(*id, options.connection.timeout());
    if (answer && options.expect_final && answer->is_accepted())
        return client->wait(*id, options.connection.timeout());
    return answer;
}

int call(const Context& context, const CallOptions& options) {
    auto answer = call_method(context, options);
    if (!answer) {
        auto error = answer.error();
        if (!options.connection.json && error.type == CallError::Type::request)
            error.message = "Gateway call failed: " + error.message;
        return report(context, options.connection.json, error);
    }
    if (!options.connection.json) context.console.line("Gateway call: " + options.method);
    print_json(context.console, answer->payload());
    return exit_ok;
}

void add_call(Command& gateway, const Context& context) {
    auto options = std::make_shared<CallOptions>();
    auto command = gateway.add("call", "Calls one method of the gateway and prints its answer.");
    command.argument("method", options->method, "name of the method, for example health");
    command.option("--params", options->params, "parameters as a JSON object ({})");
    command.flag("--expect-final", options->expect_final,
                 "wait for the outcome of a call that is first only accepted");
    add_connection_options(command, options->connection);
    command.example("openclaw gateway call sessions.list --params '{\"limit\":5}'");
    command.action([&context, options] { return call(context, *options); });
}

void add_run(Command& gateway, const Context& context) {
    auto options = std::make_shared<RunOptions>();
    add_run_options(gateway, *options);
    gateway.action([&context, options] { return run_gateway(context, *options); });
    auto run = gateway.add("run", "Runs the gateway in the foreground.");
    add_run_options(run, *options);
    run.example("openclaw gateway run --port 19001 --verbose");
    run.action([&context, options] { return run_gateway(context, *options); });
}

void add_lifecycle(Command& group, const Context& context) {
    add_gateway_install(group, context);
    add_gateway_start_stop(group, context);
    add_gateway_restart(group, context);
}

} // namespace

void add_gateway(Command& root, const Context& context) {
    auto gateway =
        root.add("gateway", "Runs the gateway, or asks how it is. Without a command: run.");
    add_run(gateway, context);
    add_gateway_status(gateway, context);
    add_lifecycle(gateway, context);
    add_gateway_upgrade(gateway, context);
    auto options = std::make_shared<ConnectionOptions>();
    auto command = gateway.add("health", "Asks the running gateway whether it is well.");
    add_connection_options(command, *options);
    command.action([&context, options] { return health(context, *options); });
    add_call(gateway, context);
}

void add_daemon(Command& root, const Context& context) {
    auto daemon = root.add("daemon", "The gateway as a service; the same as `openclaw gateway …`.");
    add_gateway_status(daemon, context);
    add_lifecycle(daemon, context);
    add_gateway_restart(root, context);
}

} // namespace openclaw::cli
