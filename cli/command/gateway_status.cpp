#include "cli/command/gateway_status.h"

#include "cli/service/installation.h"
#include "cli/view/gateway_status.h"

namespace openclaw::cli {

namespace {

struct StatusOptions {
    ConnectionOptions connection;
    bool no_probe = false, require_rpc = false, deep = false;
};

const std::vector<Question> questions{{"workers.list", ""},
                                      {"status", R"({"includeChannelSummary":false})"},
                                      {"logs.tail", R"({"limit":1})"}};

// Only here the service manager itself is asked: that takes a moment, and `status` is at once.
void ask_manager(const Context& context, ServiceFacts& service) {
    const auto installed = find_installed(context.paths, context.environment);
    if (!installed) return;
    const auto& state = installed->state;
    service.has_manager = true;
    service.unit_file = state.fragment;
    service.is_of_user = installed->place.kind == UnitKind::user;
    service.lingers = lingers().value_or(service.lingers);
    service.known = state.file_state + ", " + state.sub;
    if (state.main_pid > 0) service.known += ", pid " + std::to_string(state.main_pid);
    if (state.needs_reload) service.known += ", daemon-reload pending";
}

int status(const Context& context, const StatusOptions& options) {
    if (options.require_rpc && options.no_probe)
        return report(context, options.connection.json,
                      cli_error("--require-rpc needs probing enabled. Leave out --no-probe."));
    auto survey = take_survey(context, options.connection,
                              options.no_probe ? std::vector<Question>() : questions);
    ask_manager(context, survey.service);
    const auto& console = context.console;
    if (options.connection.json)
        print_json(console, gateway_status_json(survey, own_program()));
    else
        console.out(gateway_status_view(survey, console.look(), own_program()));
    if (const auto failure = gateway_status_failure(survey, console.error_look());
        !failure.empty() && !options.connection.json)
        console.note(failure);
    return options.require_rpc && !survey.is_reachable() ? exit_failure : exit_ok;
}

} // namespace

void add_gateway_status(Command& gateway, const Context& context) {
    auto options = std::make_shared<StatusOptions>();
    auto command = gateway.add(
        "status", "Shows service, configuration, port and process, also with the gateway down.");
    command.flag("--no-probe", options->no_probe, "do not ask the gateway");
    command.flag("--require-rpc", options->require_rpc, "exit 1 when the gateway does not answer");
    command.flag("--deep", options->deep,
                 "accepted for compatibility; everything is looked at anyway");
    add_connection_options(command, options->connection);
    command.action([&context, options] { return status(context, *options); });
}

} // namespace openclaw::cli
