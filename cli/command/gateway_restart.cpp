#include "cli/command/gateway_service.h"
#include "cli/service/owner.h"
#include "common/base/names.h"
#include "common/json/write.h"

#include <charconv>
#include <limits>
#include <thread>

namespace openclaw::cli {

namespace {

constexpr Milliseconds standard_wait{60'000}; // CLI.md 5.4
constexpr Milliseconds patient_wait{330'000}; // a drain that uses its whole budget
constexpr Milliseconds ask_while_restarting{100};
constexpr int exit_still_starting = 2;

struct RestartOptions {
    bool safe = false, skip_deferral = false, force = false, preserve = false, json = false;
    std::string wait;
};

std::optional<std::string> conflict(const RestartOptions& options) {
    if (options.safe && options.force)
        return "--safe cannot be combined with --force; omit --safe to begin a forced restart";
    if (options.skip_deferral && !options.safe) return "--skip-deferral requires --safe";
    if (!options.wait.empty() && (options.safe || options.force))
        return "--wait cannot be combined with --safe or --force";
    return std::nullopt;
}

// "500", "500ms", "10s", "5m", "1h30m"; "0": no limit.
std::optional<Milliseconds> parse_wait(std::string_view text) {
    std::int64_t total = 0;
    while (!text.empty()) {
        std::int64_t number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec != std::errc() || number < 0 || number > 86'400'000) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        const auto digits = text.find_first_of("0123456789");
        const auto unit = text.substr(0, digits);
        text.remove_prefix(unit.size());
        const std::int64_t factor = unit == "ms" || unit.empty() ? 1
                                    : unit == "s"                ? 1'000
                                    : unit == "m"                ? 60'000
                                    : unit == "h"                ? 3'600'000
                                                                 : 0;
        if (factor == 0) return std::nullopt;
        total += number * factor;
    }
    return Milliseconds(total == 0 ? std::numeric_limits<std::int32_t>::max() : total);
}

std::string boot_id(const Context& context) {
    const auto answer = ask(context, ConnectionOptions{.timeout_ms = 2'000}, "workers.list");
    return answer ? std::string(answer->payload()["supervisor"]["bootId"].text()) : std::string();
}

// True when another life of the gateway answers than the one before.
bool begins_anew(const Context& context, const std::string& before, Milliseconds within) {
    const auto until = std::chrono::steady_clock::now() + within;
    for (;;) {
        const auto now = boot_id(context);
        if (!now.empty() && now != before) return true;
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::sleep_for(ask_while_restarting);
    }
}

ServiceOutcome still_starting(Milliseconds waited) {
    auto outcome =
        refused("restart",
                "The gateway has not begun anew within " + std::to_string(waited.count() / 1000) +
                    " s: it still finishes its work, or it is starting.",
                {"openclaw gateway status", "openclaw logs --follow"});
    outcome.result = "still-starting";
    outcome.exit_code = exit_still_starting;
    return outcome;
}

ServiceOutcome restart_service(const Context& context, const Installed& installed,
                               Milliseconds wait) {
    const ServiceManager manager(installed.place.kind);
    note_lifecycle(context, "restart", "service", installed.state.main_pid);
    if (const auto done = manager.act("restart", installed.place.unit); !done) {
        auto outcome = refused("restart", done.error().sentence,
                               {"openclaw doctor", "journalctl -u " + installed.place.unit});
        outcome.result = "restart-health-failed";
        return outcome;
    }
    const bool is_ours = installed.place.kind == UnitKind::user;
    if (is_ours && !answers_within(context, wait)) return still_starting(wait);
    const auto after = manager.ask(installed.place.unit);
    ServiceOutcome outcome{.action = "restart", .result = "restarted", .place = installed.place};
    outcome.pid = after ? after->main_pid : 0;
    outcome.message = "Restarted Gateway service (" + service_label(installed.place) + ", pid " +
                      std::to_string(outcome.pid) + ").";
    return outcome;
}

CallResult<Answer> request(const Context& context, std::string_view reason) {
    return ask(context, ConnectionOptions{}, "gateway.restart.request",
               json::Writer().begin_object().member("reason", reason).end_object().text());
}

// Asks the running gateway: it drains, then the installed program takes over in the same process.
ServiceOutcome restart_process(const Context& context, const Owner& owner, Milliseconds wait) {
    const auto before = boot_id(context);
    note_lifecycle(context, "restart", "rpc", owner.pid);
    const auto scheduled = request(context, "gateway.restart");
    if (!scheduled) return refused("restart", scheduled.error().message);
    if (!begins_anew(context, before, wait)) return still_starting(wait);
    return {.action = "restart",
            .result = "restarted",
            .message = "Restarted the gateway in place (pid " + std::to_string(owner.pid) +
                       "). Its channels stayed connected where the program could be handed over.",
            .hints = {},
            .warnings = {},
            .pid = owner.pid};
}

int restart_safely(const Context& context, bool json) {
    const auto scheduled = request(context, "gateway.restart.safe");
    if (!scheduled) return report(context, json, scheduled.error());
    const auto payload = scheduled->payload();
    note_lifecycle(context, "restart", "rpc", payload["restart"]["pid"].integer());
    const std::string message = "safe restart requested; gateway will restart momentarily";
    if (!json) return context.console.line(message), exit_ok;
    json::Writer out;
    out.begin_object().member("ok", true).member("result", "scheduled").member("message", message);
    out.raw_member("preflight", payload["preflight"].dump());
    out.raw_member("restart", payload["restart"].dump());
    return print_json(context.console, out.end_object().text()), exit_ok;
}

int restart(const Context& context, const RestartOptions& options) {
    if (const auto wrong = conflict(options))
        return report(context, options.json, cli_error(*wrong));
    const auto wait = options.wait.empty() ? std::nullopt : parse_wait(options.wait);
    if (!options.wait.empty() && !wait)
        return report(context, options.json,
                      cli_error("Invalid --wait. Use a duration such as 10s, 5m or 1h30m; 0 waits "
                                "without a limit."));
    if (options.safe) return restart_safely(context, options.json);
    const auto installed = forbids_service_verbs(context.environment)
                               ? std::nullopt
                               : find_installed(context.paths, context.environment);
    const auto owner = find_owner(context.paths.in_state(names::lock_file));
    const bool is_service = installed && (installed->state.is_active() || !owner);
    if (is_service)
        return tell(context, options.json,
                    restart_service(context, *installed, wait.value_or(standard_wait)));
    if (owner)
        return tell(context, options.json,
                    restart_process(context, owner, wait.value_or(patient_wait)));
    auto outcome = refused("restart", "No gateway is running, and no service is installed.",
                           {"openclaw gateway install", "openclaw gateway run"});
    outcome.result = "not-running";
    return tell(context, options.json, outcome);
}

} // namespace

void add_gateway_restart(Command& group, const Context& context) {
    auto options = std::make_shared<RestartOptions>();
    auto command = group.add("restart", "Restarts the service; without one, asks the running "
                                        "gateway to begin anew.");
    command.flag("--safe", options->safe,
                 "ask the gateway to finish its work first, and do not wait for it");
    command.flag("--skip-deferral", options->skip_deferral,
                 "with --safe; accepted, a restart here is deferred for runs only");
    command.option("--wait", options->wait, "how long to wait for it: 10s, 5m, 1h30m; 0: no limit");
    command.flag("--force", options->force,
                 "accepted; a restart always lets what runs end within the drain budget");
    command.flag("--preserve-definition", options->preserve,
                 "accepted; a restart never rewrites the unit");
    add_json_option(command, options->json);
    command.action([&context, options] { return restart(context, *options); });
}

} // namespace openclaw::cli
