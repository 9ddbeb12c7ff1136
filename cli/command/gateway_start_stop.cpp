#include "cli/command/gateway_run.h"
#include "cli/command/gateway_service.h"
#include "cli/service/owner.h"
#include "common/base/names.h"

#include <unistd.h>

#include <csignal>
#include <thread>

namespace openclaw::cli {

namespace {

constexpr Milliseconds knock_again_after{100};
constexpr int stop_within_ms = 330'000; // the drain budget, as in the unit (systemd/README.md)

struct StartOptions {
    RunOptions run;
    bool json = false, service = false, foreground = false;

    bool wants_foreground() const {
        return foreground || run.port != 0 || !run.bind.empty() || !run.auth.empty() ||
               !run.token.empty() || !run.token_file.empty() || !run.password.empty() ||
               run.allow_unconfigured || run.ambient_channels || run.verbose;
    }
};

ServiceOutcome start_service(const Context& context, const Installed& installed) {
    ServiceOutcome outcome{.action = "start", .place = installed.place};
    const ServiceManager manager(installed.place.kind);
    const bool was_active = installed.state.is_active();
    if (!was_active) {
        if (const auto done = manager.act("start", installed.place.unit); !done) {
            const auto after = manager.ask(installed.place.unit).value_or(UnitState{});
            const bool is_config = after.exit_status == exit_config;
            return refused("start",
                           is_config ? "The service does not start: the gateway refuses this "
                                       "configuration (exit 78)."
                                     : "The service does not start: " + done.error().sentence,
                           {is_config ? "openclaw config validate" : "openclaw doctor",
                            "journalctl " +
                                std::string(manager.kind() == UnitKind::user ? "--user " : "") +
                                "-u " + installed.place.unit});
        }
        note_lifecycle(context, "start", "service", 0);
    }
    const auto after = manager.ask(installed.place.unit);
    outcome.pid = after ? after->main_pid : installed.state.main_pid;
    outcome.result = was_active ? "already-running" : "started";
    outcome.message =
        was_active ? "Gateway service already running (pid " + std::to_string(outcome.pid) + ")."
                   : "Started Gateway service (" + service_label(installed.place) + ", pid " +
                         std::to_string(outcome.pid) + ").";
    return outcome;
}

ServiceOutcome not_installed() {
    auto outcome = refused("start", "No Gateway service is installed.",
                           {"openclaw gateway install", "In the foreground: openclaw gateway run"});
    outcome.result = "not-installed";
    return outcome;
}

// SEEDS A23: what only makes sense in the foreground, then the service, then the foreground.
int start(const Context& context, const StartOptions& options) {
    if (options.wants_foreground()) return run_gateway(context, options.run);
    if (const auto forbidden = forbids_service_verbs(context.environment))
        return tell(context, options.json, refused("start", forbidden->sentence, forbidden->hints));
    if (const auto installed = find_installed(context.paths, context.environment))
        return tell(context, options.json, start_service(context, *installed));
    if (options.json || options.service) return tell(context, options.json, not_installed());
    context.console.note("No service is installed (openclaw gateway install): running in the "
                         "foreground.");
    return run_gateway(context, options.run);
}

ServiceOutcome stop_service(const Context& context, const Installed& installed) {
    const ServiceManager manager(installed.place.kind);
    if (const auto done = manager.act("stop", installed.place.unit); !done)
        return refused("stop", done.error().sentence);
    note_lifecycle(context, "stop", "service", installed.state.main_pid);
    return {.action = "stop",
            .result = "stopped",
            .message = "Stopped Gateway service (" + service_label(installed.place) + ").",
            .hints = {},
            .warnings = {},
            .place = installed.place,
            .pid = installed.state.main_pid};
}

ServiceOutcome stop_process(const Context& context, const Owner& owner) {
    const Watched process(owner.pid);
    note_lifecycle(context, "stop", "signal", owner.pid);
    if (!process.send(SIGTERM))
        return refused("stop", "pid " + std::to_string(owner.pid) +
                                   " cannot be told to stop: it belongs to another user");
    if (!process.ended_within(stop_within_ms))
        return refused("stop",
                       "pid " + std::to_string(owner.pid) +
                           " was told to stop and still finishes its work",
                       {"openclaw logs --follow"});
    return {.action = "stop",
            .result = "stopped",
            .message = "Stopped the gateway that ran in the foreground (pid " +
                       std::to_string(owner.pid) + ").",
            .hints = {},
            .warnings = {},
            .pid = owner.pid};
}

ServiceOutcome stop(const Context& context, bool force) {
    const auto installed = find_installed(context.paths, context.environment);
    const bool is_service =
        installed && (installed->state.is_active() || installed->state.active == "activating");
    const auto owner = find_owner(context.paths.in_state(names::lock_file));
    if (!is_service && !owner)
        return {.action = "stop",
                .result = installed ? "not-running" : "not-loaded",
                .message = "No gateway is running.",
                .hints = {},
                .warnings = {}};
    if (const auto forbidden = forbids_service_verbs(context.environment); is_service && forbidden)
        return refused("stop", forbidden->sentence, forbidden->hints);
    if (!force && isatty(STDIN_FILENO) != 1)
        return refused("stop", "This stops the operator's running gateway. From a script, say so: "
                               "openclaw gateway stop --force");
    return is_service ? stop_service(context, *installed) : stop_process(context, owner);
}

void add_start(Command& group, const Context& context) {
    auto options = std::make_shared<StartOptions>();
    auto command = group.add("start", "Starts the service; without one, or with options of `run`, "
                                      "runs in the foreground.");
    add_run_options(command, options->run);
    command.flag("--service", options->service, "the service or nothing");
    command.flag("--foreground", options->foreground,
                 "in the foreground although there is a service");
    add_json_option(command, options->json);
    command.action([&context, options] { return start(context, *options); });
}

} // namespace

bool answers_within(const Context& context, Milliseconds within) {
    const auto until = std::chrono::steady_clock::now() + within;
    for (;;) {
        if (connect_unix(context.paths.in_state(names::control_socket))) return true;
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::sleep_for(knock_again_after);
    }
}

void add_gateway_start_stop(Command& group, const Context& context) {
    add_start(group, context);

    struct StopOptions {
        bool force = false, disable = false, json = false;
    };

    auto options = std::make_shared<StopOptions>();
    auto command = group.add("stop", "Stops the service, or the gateway of this state directory "
                                     "that runs in the foreground.");
    command.flag("--force", options->force, "do it, although nobody is at the terminal");
    command.flag("--disable", options->disable,
                 "accepted for compatibility; to keep it from the next boot: systemctl disable");
    add_json_option(command, options->json);
    command.action([&context, options] {
        return tell(context, options->json, stop(context, options->force));
    });
}

} // namespace openclaw::cli
