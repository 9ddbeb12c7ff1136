#include "cli/view/sessions.h"

#include "cli/commands.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

struct SessionOptions {
    ConnectionOptions connection;
    std::string agent;
    std::int64_t active_minutes = 0;
    std::int64_t limit = 100;
};

int list(const Context& context, const SessionOptions& options) {
    json::Writer params;
    params.begin_object().member("limit", options.limit);
    if (!options.agent.empty()) params.member("agentId", options.agent);
    if (options.active_minutes > 0) params.member("activeMinutes", options.active_minutes);
    const auto answer =
        ask(context, options.connection, "sessions.list", params.end_object().take());
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json)
        print_json(context.console, answer->payload());
    else
        context.console.out(sessions_view(answer->payload(), context.console.look()));
    return exit_ok;
}

void add_list_options(Command& command, const Context& context,
                      const std::shared_ptr<SessionOptions>& options) {
    command.option("--agent", options->agent, "only this agent's");
    command.number("--active", options->active_minutes, {1, 5'256'000},
                   "only those active in the last n minutes");
    command.number("--limit", options->limit, {1, 10'000}, "at most n (100)");
    add_connection_options(command, options->connection);
    command.action([&context, options] { return list(context, *options); });
}

} // namespace

void add_sessions(Command& root, const Context& context) {
    auto options = std::make_shared<SessionOptions>();
    auto sessions = root.add("sessions", "Lists conversations, the latest first.");
    add_list_options(sessions, context, options);
    auto command = sessions.add("list", "Lists conversations, the latest first.");
    add_list_options(command, context, options);
}

} // namespace openclaw::cli
