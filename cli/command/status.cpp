#include "cli/view/status.h"

#include "cli/commands.h"
#include "cli/view/health.h"

namespace openclaw::cli {

namespace {

const std::vector<Question> status_questions{{"status", R"({"includeChannelSummary":false})"},
                                             {"health", ""},
                                             {"workers.list", ""},
                                             {"channels.status", R"({"probe":false})"},
                                             {"sessions.list", R"({"limit":10})"}};

// A diagnosis, never a failure: exit 0 with the gateway down too (CLI.md 8.1).
int status(const Context& context, const ConnectionOptions& options) {
    const auto survey = take_survey(context, options, status_questions);
    const auto& look = context.console.look();
    if (options.json)
        print_json(context.console, status_json(survey, look));
    else
        context.console.out(status_view(survey, look));
    return exit_ok;
}

struct HealthOptions {
    ConnectionOptions connection;
    bool verbose = false;
};

int health(const Context& context, const HealthOptions& options) {
    const auto answer =
        ask(context, options.connection, "health", options.verbose ? R"({"probe":true})" : "");
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json)
        print_json(context.console, answer->payload());
    else
        context.console.out(health_view(answer->payload(), context.console.look()));
    return exit_ok;
}

} // namespace

void add_status(Command& root, const Context& context) {
    auto options = std::make_shared<ConnectionOptions>();
    auto command =
        root.add("status", "Shows on one screen how everything is, what is wrong first.");
    add_connection_options(command, *options);
    command.action([&context, options] { return status(context, *options); });

    auto health_options = std::make_shared<HealthOptions>();
    auto health_command =
        root.add("health", "Asks the gateway how its channels, agents and event loop are.");
    add_connection_options(health_command, health_options->connection);
    health_command.flag("--verbose,--debug", health_options->verbose, "probe the channels now");
    health_command.action([&context, health_options] { return health(context, *health_options); });
}

} // namespace openclaw::cli
