#include "cli/command/gateway_upgrade.h"

#include "common/json/write.h"

#include <climits>

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <thread>

namespace openclaw::cli {

namespace {

struct UpgradeOptions {
    ConnectionOptions connection;
    std::string binary;
};

// Usually a second; a large ledger that has to be migrated takes its time (supervisor/rehearsal.h).
constexpr auto rehearsal_takes_at_most = std::chrono::minutes(11);
// It waits for work in progress: ten seconds for a quiet moment, then five minutes
// (docs/restart.md).
constexpr auto all_takes_at_most = std::chrono::seconds(330);
constexpr auto ask_again_after = std::chrono::milliseconds(100);

std::string absolute(const std::string& path) {
    std::array<char, PATH_MAX> real{};
    return realpath(path.c_str(), real.data()) == nullptr ? path : std::string(real.data());
}

CallResult<Answer> request(const Context& context, const UpgradeOptions& options) {
    auto connection = options.connection;
    connection.timeout_ms =
        std::chrono::duration_cast<Milliseconds>(rehearsal_takes_at_most).count();
    json::Writer params;
    params.begin_object();
    if (!options.binary.empty()) params.member("program", absolute(options.binary));
    return ask(context, connection, "gateway.upgrade.request", params.end_object().take());
}

// The number of upgrades it knows of grows when ours is over, whichever way.
CallResult<Answer> wait_for_the_end(const Context& context, const UpgradeOptions& options,
                                    std::int64_t number) {
    const auto until = std::chrono::steady_clock::now() + all_takes_at_most;
    for (;;) {
        auto answer = ask(context, options.connection, "gateway.upgrade.status");
        const bool is_over = answer && answer->payload()["number"].integer() > number;
        if (is_over || std::chrono::steady_clock::now() >= until) return answer;
        std::this_thread::sleep_for(ask_again_after);
    }
}

int tell(const Context& context, const UpgradeOptions& options, const Answer& end) {
    const auto payload = end.payload();
    const std::string outcome(payload["outcome"].text());
    if (options.connection.json)
        print_json(context.console, payload);
    else if (outcome == "done")
        context.console.line("The gateway is build " + std::string(payload["build"].text()) +
                             " now. Its channels stayed connected.");
    else
        context.console.note("The gateway is still build " + std::string(payload["build"].text()) +
                             ": " +
                             std::string(payload["why"].text("it is waiting for work in "
                                                             "progress")));
    return outcome == "done" ? exit_ok : exit_failure;
}

int upgrade(const Context& context, const UpgradeOptions& options) {
    const auto before = ask(context, options.connection, "gateway.upgrade.status");
    if (!before) return report(context, options.connection.json, before.error());
    const auto scheduled = request(context, options);
    if (!scheduled) return report(context, options.connection.json, scheduled.error());
    if (!options.connection.json)
        context.console.note("Build " + std::string(scheduled->payload()["build"].text()) +
                             " has rehearsed with your configuration and a copy of the ledger.");
    const auto end = wait_for_the_end(context, options, before->payload()["number"].integer());
    if (!end) return report(context, options.connection.json, end.error());
    return tell(context, options, *end);
}

} // namespace

void add_gateway_upgrade(Command& gateway, const Context& context) {
    auto options = std::make_shared<UpgradeOptions>();
    auto command = gateway.add("upgrade", "Lets another build become the running gateway; channels "
                                          "stay connected.");
    command.option("--binary", options->binary,
                   "the new openclaw-gateway (the one that is installed)");
    add_connection_options(command, options->connection);
    command.example("openclaw gateway upgrade --binary /opt/openclaw/bin/openclaw-gateway");
    command.action([&context, options] { return upgrade(context, *options); });
}

} // namespace openclaw::cli
