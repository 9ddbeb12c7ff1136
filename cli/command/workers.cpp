#include "cli/view/workers.h"

#include "cli/command/log_tail.h"
#include "cli/command/worker_watch.h"
#include "cli/commands.h"
#include "cli/view/words.h"
#include "common/base/strings.h"
#include "common/json/write.h"

#include <array>
#include <functional>

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

// The operator's hand on one process: what is asked, and what it is told to mean.
struct Hand {
    std::string_view name, method, summary, said;
};

constexpr std::array<Hand, 5> hands{{
    {"restart", "workers.restart", "Restarts one process; the others notice nothing.",
     ": it finishes what it has, then starts again. Watch it: openclaw workers top"},
    {"recycle", "workers.recycle",
     "Replaces one process by a fresh one, after it has finished what it has.",
     ": it finishes what it has, then a fresh one takes over. Watch it: openclaw workers top"},
    {"pause", "workers.pause",
     "Takes one process out of service until `resume`, over restarts too.",
     ": it finishes what it has and takes nothing new. Back: openclaw workers resume ID"},
    {"resume", "workers.resume", "Takes a paused or stopped process back into service.",
     ": it starts now. Watch it: openclaw workers top"},
    {"kill", "workers.kill", "Kills one process at once; it comes back as after any death.",
     ": killed; it comes back. How it went: openclaw workers show ID"},
}};

int lay_hand_on(const Context& context, const WorkerOptions& options, const Hand& hand) {
    const auto answer = ask(context, options.connection, hand.method, id_params(options.id));
    if (!answer) return report(context, options.connection.json, answer.error());
    if (options.connection.json)
        print_json(context.console, answer->payload());
    else
        context.console.line(capitalised(hand.name) + " " + options.id + std::string(hand.said));
    return exit_ok;
}

void add_list(Command& command, const Context& context,
              const std::shared_ptr<WorkerOptions>& options) {
    command.flag("--check", options->check,
                 "exit 1 when a configured worker is not ready, or not well");
    add_connection_options(command, options->connection);
    command.action([&context, options] { return list(context, *options); });
}

using WorkerCommand = std::function<int(const Context&, const WorkerOptions&)>;

void add_one(Command& workers, const Context& context, const std::string& name,
             const std::string& summary, WorkerCommand run) {
    auto options = std::make_shared<WorkerOptions>();
    auto command = workers.add(name, summary);
    command.argument("id", options->id, "worker, for example telegram:default");
    add_connection_options(command, options->connection);
    command.action([&context, options, run = std::move(run)] { return run(context, *options); });
}

void add_top(Command& workers, const Context& context) {
    auto options = std::make_shared<WatchOptions>();
    auto command = workers.add("top", "Shows the processes as they are, each second anew.");
    command.number("--interval", options->interval_ms, {100, 60'000},
                   "milliseconds between looks (1000)");
    add_connection_options(command, options->connection);
    command.action([&context, options] { return worker_top_command(context, *options); });
}

void add_trace(Command& workers, const Context& context) {
    auto options = std::make_shared<WatchOptions>();
    auto command = workers.add("trace", "Shows every frame of one process, both ways, live.");
    command.argument("id", options->id, "worker, for example telegram:default");
    command.number("--frames,-n", options->frames, {1, 1'000'000}, "end after so many");
    add_connection_options(command, options->connection);
    command.action([&context, options] { return worker_trace_command(context, *options); });
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
    for (const auto& hand : hands)
        add_one(workers, context, std::string(hand.name), std::string(hand.summary),
                [hand](const Context& in, const WorkerOptions& chosen) {
                    return lay_hand_on(in, chosen, hand);
                });
    add_top(workers, context);
    add_trace(workers, context);
    add_worker_logs(workers, context);
}

} // namespace openclaw::cli
