#include "cli/view/explain.h"

#include "cli/commands.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

struct ExplainOptions {
    ConnectionOptions connection;
    std::string id;
};

int explain(const Context& context, const ExplainOptions& options) {
    const auto params = json::Writer().begin_object().member("id", options.id).end_object().take();
    const auto answer = ask(context, options.connection, "messages.explain", params);
    if (!answer) return report(context, options.connection.json, answer.error());
    const auto payload = answer->payload();
    if (options.connection.json)
        print_json(context.console, payload);
    else
        context.console.out(explain_view(payload, context.console.look()));
    const bool is_known = payload["found"].boolean(true) || payload["steps"].size() > 0;
    return is_known ? exit_ok : exit_failure;
}

} // namespace

void add_explain(Command& root, const Context& context) {
    auto options = std::make_shared<ExplainOptions>();
    auto command =
        root.add("explain",
                 "Tells the life of one message: where it was when, and why it was not answered.");
    command.argument("id", options->id, "a trace id, run id, or channel:account:message id");
    add_connection_options(command, options->connection);
    command.action([&context, options] { return explain(context, *options); });
}

} // namespace openclaw::cli
