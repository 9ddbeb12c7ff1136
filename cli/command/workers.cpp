#include "cli/view/workers.h"

#include "cli/command/log_tail.h"
#include "cli/commands.h"
#include "common/base/strings.h"
#include "common/json/write.h"

namespace openclaw::cli {

namespace {

struct WorkerOptions {
    ConnectionOptions connection;
    std::string id;
    bool check = false;
};

std::string id_params(std::string_view id) {
    return json::Writer().begin_object().member("id", id).end_object().take();
}

bool any_needs_attention(json::View list) {
    bool found = false;
    list["workers"].each_element(
        [&](json::View worker) { return found = found || worker_needs_attention(worker), !found; });
    return found;
}

int list(const Context& context, const WorkerOptions& options) {
    const auto answer = ask(context, options.connection, "workers.list");
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json)
        print_json(context.console, answer->payload());
    else
        context.console.out(workers_view(answer->payload(), context.console.look()));
    return options.check && any_needs_attention(answer->payload()) ? exit_failure : exit_ok;
}

int show(const Context& context, const WorkerOptions& options) {
    const auto answer = ask(context, options.connection, "workers.get", id_params(options.id));
    if (!answer) return report(context, options.connection.json, answer.error());
    // The worker stands alone, or inside the same document as in workers.list.
    const auto payload = answer->payload();
    const auto worker = payload["worker"].is_object() ? payload["worker"] : payload;
    if (options.connection.json)
        print_json(context.console, payload);
    else
        context.console.out(worker_view(worker, context.console.look()));
    return exit_ok;
}

int restart(const Context& context, const WorkerOptions& options) {
    const auto answer = ask(context, options.connection, "workers.restart", id_params(options.id));
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json)
        print_json(context.console, answer->payload());
    else
        context.console.line(
            "Restarting " + options.id +
            ": it finishes what it has, then starts again. Watch it: openclaw workers");
    return exit_ok;
}

void add_list(Command& command, const Context& context,
              const std::shared_ptr<WorkerOptions>& options) {
    command.flag("--check", options->check, "exit 1 when a configured worker is not ready");
    add_connection_options(command, options->connection);
    command.action([&context, options] { return list(context, *options); });
}

using WorkerCommand = int (*)(const Context&, const WorkerOptions&);

void add_one(Command& workers, const Context& context, const std::string& name,
             const std::string& summary, WorkerCommand run) {
    auto options = std::make_shared<WorkerOptions>();
    auto command = workers.add(name, summary);
    command.argument("id", options->id, "worker, for example telegram:default");
    add_connection_options(command, options->connection);
    command.action([&context, options, run] { return run(context, *options); });
}

void add_worker_logs(Command& workers, const Context& context) {
    auto options = std::make_shared<LogOptions>();
    auto command = workers.add("logs", "Shows one worker's part of the log.");
    command.argument("id", options->worker, "worker, for example telegram:default");
    add_log_options(command, *options);
    command.action([&context, options] { return show_log(context, *options); });
}

} // namespace

void add_workers(Command& root, const Context& context) {
    auto options = std::make_shared<WorkerOptions>();
    auto workers =
        root.add("workers", "Lists the gateway's processes: one for each account, and the agent.");
    add_list(workers, context, options);
    auto command = workers.add("list", "Lists the processes.");
    add_list(command, context, options);
    add_one(workers, context, "show", "Shows everything known about one process.", show);
    add_one(workers, context, "restart", "Restarts one process; the others notice nothing.",
            restart);
    add_worker_logs(workers, context);
}

} // namespace openclaw::cli
