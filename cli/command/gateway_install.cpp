#include "cli/command/gateway_service.h"
#include "cli/config_source.h"
#include "common/base/strings.h"
#include "common/config/edit.h"
#include "common/json/write.h"

#include <pwd.h>
#include <unistd.h>

namespace openclaw::cli {

namespace {

constexpr std::string_view service_account = "openclaw";         // systemd/README.md
constexpr std::string_view service_state = "/var/lib/openclaw/"; // … of the system unit
constexpr Milliseconds health_within{60'000};                    // CLI.md 5.4

struct InstallOptions {
    std::int64_t port = 0;
    std::string token, wrapper, runtime, runtime_path;
    bool allow_unconfigured = false, force = false, print = false, json = false;
    bool system = false, user = false;

    UnitKind kind() const {
        return system || (geteuid() == 0 && !user) ? UnitKind::system : UnitKind::user;
    }
};

ServiceOutcome blocked(std::string why, std::vector<std::string> hints = {}) {
    return refused("install", "Gateway install blocked: " + std::move(why), std::move(hints));
}

UnitPlan plan_of(const Context& context, const InstallOptions& options) {
    return {.kind = options.kind(),
            .program = options.wrapper.empty() ? own_program() : options.wrapper,
            .profile = context.paths.profile,
            .state_directory = context.paths.state_directory,
            .port = static_cast<int>(options.port),
            .allow_unconfigured = options.allow_unconfigured};
}

int print_unit(const Context& context, const InstallOptions& options) {
    const auto text = unit_text(plan_of(context, options));
    if (!text) return tell(context, options.json, refused("install", text.error().sentence));
    const auto place = unit_place(options.kind(), context.paths, context.environment);
    context.console.out(*text);
    context.console.note("The place for it: " + place.file + ". Nothing was changed.");
    return exit_ok;
}

std::optional<ServiceOutcome> refuse_wrapper(const std::string& wrapper) {
    if (wrapper.empty()) return std::nullopt;
    if (!wrapper.starts_with('/')) return blocked("--wrapper must be an absolute path");
    if (access(wrapper.c_str(), X_OK) != 0) return blocked(wrapper + " cannot be executed");
    return std::nullopt;
}

// Everything that speaks against a unit before systemd is asked.
std::optional<ServiceOutcome> refuse_place(const Context& context, const InstallOptions& options,
                                           const UnitPlace& place) {
    if (auto wrong = refuse_wrapper(options.wrapper)) return wrong;
    auto forbidden = forbids_service_verbs(context.environment);
    if (!forbidden && place.kind == UnitKind::user) forbidden = forbids_these_paths(context.paths);
    if (!forbidden) forbidden = forbids_this_folder(place);
    if (!forbidden) forbidden = forbids_second_unit(place);
    if (forbidden) return blocked(forbidden->sentence, forbidden->hints);
    return std::nullopt;
}

std::optional<ServiceOutcome> refuse_config(const config::Config& config,
                                            const InstallOptions& options) {
    if (!config.exists && !options.allow_unconfigured)
        return blocked("there is no configuration yet",
                       {"openclaw config set gateway.mode local",
                        "Or install a gateway that runs on defaults: --allow-unconfigured"});
    if (!options.allow_unconfigured && config.gateway.mode != config::Gateway::Mode::local)
        return blocked("gateway.mode is not local, so the service would refuse to start",
                       {"openclaw config set gateway.mode local"});
    return std::nullopt;
}

// A service that makes a new token at each start would lock its clients out: the token belongs into
// the configuration, where only its owner reads it.
Result<std::string> settle_token(const Context& context, const InstallOptions& options,
                                 const config::Config& config) {
    const auto& auth = config.gateway.auth;
    const bool has_source =
        !auth.token.empty() || auth.effective_mode() != config::GatewayAuth::Mode::token ||
        config::variable(context.environment, "OPENCLAW_GATEWAY_TOKEN").has_value();
    if (options.token.empty() && (has_source || !config.exists)) return std::string();
    const std::string token = options.token.empty() ? random_hex(24) : options.token;
    const auto edited = config::merge(R"({"gateway":{"auth":{"mode":"token","token":)" +
                                          json::quoted(token) + "}}}",
                                      {.load = config_source(context)});
    if (!edited) return Failure(edited.error().error);
    return std::string(options.token.empty() ? "a gateway token was made and stored in "
                                             : "the gateway token was stored in ") +
           config::shorten_home(context.paths.config_file, context.paths.home);
}

std::optional<ServiceOutcome> settle_user_config(const Context& context,
                                                 const InstallOptions& options,
                                                 std::vector<std::string>& notes) {
    const auto loaded = config::load(config_source(context));
    if (!loaded)
        return blocked("the configuration is invalid: " +
                           config::render(loaded.error().front(), "openclaw.json"),
                       {"openclaw config validate", "openclaw doctor --fix"});
    if (auto wrong = refuse_config(*loaded, options)) return wrong;
    const auto token = settle_token(context, options, *loaded);
    if (!token) return blocked("the token cannot be stored: " + token.error().sentence);
    if (!token->empty()) notes.push_back(*token);
    return std::nullopt;
}

// The system unit runs under an account of its own, on a state directory of its own.
std::optional<ServiceOutcome> refuse_system(const InstallOptions& options) {
    if (geteuid() != 0)
        return blocked("a system unit is installed by root",
                       {"sudo openclaw gateway install --system",
                        "Or write it by hand: openclaw gateway install --system --print"});
    if (getpwnam(std::string(service_account).c_str()) == nullptr)
        return blocked("the system unit runs as the account openclaw, which does not exist",
                       {"useradd --system --home-dir /var/lib/openclaw --shell /usr/sbin/nologin "
                        "openclaw",
                        "Or install a service of this user: openclaw gateway install --user"});
    const std::string config = std::string(service_state) + "openclaw.json";
    if (!options.allow_unconfigured && access(config.c_str(), F_OK) != 0)
        return blocked("there is no " + config + ", which is what the system unit reads",
                       {"install -d -m 700 -o openclaw -g openclaw /var/lib/openclaw",
                        "install -m 600 -o openclaw -g openclaw FILE " + config});
    return std::nullopt;
}

// What systemd knows must be what was written: another home directory than its own, or a drop-in,
// would make the unit something else.
std::optional<ServiceOutcome> doubt(const UnitPlace& place, const UnitState& state) {
    if (state.load != "loaded")
        return blocked("systemd does not accept the unit: " + place.unit + " is " +
                           (state.load.empty() ? "unknown" : state.load),
                       {"systemd-analyze verify " + place.file});
    if (state.fragment != place.file)
        return blocked("systemd reads " + place.unit + " from " + state.fragment + ", not from " +
                           place.file,
                       {"Is HOME the one systemd knows for this user?"});
    return std::nullopt;
}

std::string why_not_started(const UnitState& state, const Error& error) {
    if (state.exit_status == exit_config)
        return "the gateway refuses to start with this configuration (exit 78)";
    return error.sentence;
}

ServiceOutcome start_it(const Context& context, const ServiceManager& manager,
                        const UnitPlace& place, bool changed) {
    ServiceOutcome outcome{.action = "install", .place = place};
    const auto before = manager.ask(place.unit);
    const bool was_active = before && before->is_active();
    const auto verb = was_active ? "restart" : "start";
    if (!was_active || changed)
        if (const auto done = manager.act(verb, place.unit); !done)
            return blocked(
                "the unit is written and enabled, but does not start: " +
                    why_not_started(manager.ask(place.unit).value_or(UnitState{}), done.error()),
                {"openclaw doctor", "journalctl --user -u " + place.unit});
    const auto after = manager.ask(place.unit);
    outcome.pid = after ? after->main_pid : 0;
    outcome.result = changed ? "installed" : "already-installed";
    outcome.message =
        (changed ? "Installed Gateway service (" : "Gateway service already installed (") +
        service_label(place) + (outcome.pid > 0 ? ", pid " + std::to_string(outcome.pid) : "") +
        ").";
    if (place.kind == UnitKind::user && !answers_within(context, health_within))
        outcome.warnings.emplace_back("the service is started and does not answer yet: openclaw "
                                      "gateway status");
    return outcome;
}

void see_to_lingering(const UnitPlace& place, ServiceOutcome& outcome) {
    if (place.kind == UnitKind::system || lingers().value_or(false)) return;
    if (const auto done = enable_lingering(); done) return;
    outcome.warnings.emplace_back(
        "lingering is off, so the gateway ends with your last session and "
        "does not start at boot");
    outcome.hints.emplace_back("loginctl enable-linger   (maybe with sudo and your name)");
}

ServiceOutcome put_up(const Context& context, const InstallOptions& options, const UnitPlace& place,
                      std::vector<std::string> notes) {
    const ServiceManager manager(place.kind);
    const auto text = unit_text(plan_of(context, options));
    if (!text) return blocked(text.error().sentence);
    const bool is_new = access(place.file.c_str(), F_OK) != 0;
    Written written;
    if (is_new || options.force) {
        const auto done = write_unit(place, *text);
        if (!done) return blocked(done.error().sentence);
        written = *done;
    } else if (is_out_of_date(place, *text)) {
        notes.emplace_back(
            "the unit there is not what this version writes; renew it with: openclaw "
            "gateway install --force");
    }
    if (written.kept_backup && written.changed)
        notes.push_back("the unit before is kept as " + place.file + ".bak");
    if (const auto read = manager.read_units_again(); !read) return blocked(read.error().sentence);
    const auto state = manager.ask(place.unit);
    if (!state) return blocked(state.error().sentence);
    if (auto wrong = doubt(place, *state)) return *wrong;
    if (const auto enabled = manager.enable(place.unit); !enabled)
        return blocked(enabled.error().sentence);
    auto outcome = start_it(context, manager, place, written.changed);
    outcome.warnings.insert(outcome.warnings.begin(), notes.begin(), notes.end());
    if (outcome.ok) see_to_lingering(place, outcome);
    return outcome;
}

ServiceOutcome install(const Context& context, const InstallOptions& options) {
    const auto place = unit_place(options.kind(), context.paths, context.environment);
    if (auto wrong = refuse_place(context, options, place)) return *wrong;
    if (const auto there = ServiceManager(place.kind).is_there(); !there)
        return blocked(there.error().sentence, ServiceManager::hints(place.kind));
    std::vector<std::string> notes;
    if (!options.runtime.empty() || !options.runtime_path.empty())
        notes.emplace_back("--runtime is ignored: the gateway is a native program");
    auto wrong = place.kind == UnitKind::system ? refuse_system(options)
                                                : settle_user_config(context, options, notes);
    if (wrong) return *wrong;
    auto outcome = put_up(context, options, place, std::move(notes));
    if (outcome.ok) note_lifecycle(context, "install", "service", outcome.pid);
    return outcome;
}

ServiceOutcome uninstall(const Context& context) {
    ServiceOutcome outcome{.action = "uninstall", .result = "not-installed"};
    outcome.message = "No Gateway service is installed.";
    if (const auto forbidden = forbids_service_verbs(context.environment))
        return refused("uninstall", forbidden->sentence, forbidden->hints);
    const auto installed = find_installed(context.paths, context.environment);
    if (!installed) return outcome;
    const auto& place = installed->place;
    if (installed->state.fragment != place.file)
        return refused("uninstall",
                       place.unit +
                           " was not installed by this command: " + installed->state.fragment,
                       {"It belongs to a package; stop it with: " +
                        ServiceManager(place.kind).command("disable --now " + place.unit)});
    const ServiceManager manager(place.kind);
    if (const auto done = manager.act("stop", place.unit); !done)
        return refused("uninstall", done.error().sentence);
    if (const auto done = manager.disable(place.unit); !done)
        return refused("uninstall", done.error().sentence);
    if (unlink(place.file.c_str()) != 0)
        return refused(
            "uninstall",
            system_error(Code::unavailable, "cannot remove " + place.file, errno).sentence);
    unlink((place.file + ".bak").c_str());
    if (const auto done = manager.read_units_again(); !done)
        outcome.warnings.push_back(done.error().sentence);
    outcome.result = "uninstalled";
    outcome.message = "Removed Gateway service (" + service_label(place) +
                      "). Configuration and state stay in " +
                      config::shorten_home(context.paths.state_directory, context.paths.home) + ".";
    outcome.place = place;
    note_lifecycle(context, "uninstall", "service", installed->state.main_pid);
    return outcome;
}

} // namespace

void add_gateway_install(Command& group, const Context& context) {
    auto options = std::make_shared<InstallOptions>();
    auto command = group.add("install", "Installs the gateway as a systemd service, enables and "
                                        "starts it.");
    command.number("--port", options->port, {1, 65535},
                   "fix the port in the unit (else the configuration decides)");
    command.option("--token", options->token,
                   "store this gateway token in the configuration (visible in the process list)");
    command.option("--wrapper", options->wrapper,
                   "program that is started instead of openclaw, with the same arguments");
    command.option("--runtime", options->runtime, "ignored: the gateway is a native program");
    command.option("--runtime-path", options->runtime_path,
                   "ignored: the gateway is a native program");
    command.flag("--allow-unconfigured", options->allow_unconfigured,
                 "install although there is no configuration");
    command.flag("--force", options->force, "write the unit again when there is one");
    command.flag("--print", options->print, "print the unit and change nothing");
    command.flag("--system", options->system,
                 "a unit of the machine, under the account openclaw (root's default)");
    command.flag("--user", options->user, "a unit of this user, also as root");
    add_json_option(command, options->json);
    command.example("openclaw gateway install");
    command.example("openclaw gateway install --system --print");
    command.action([&context, options] {
        if (options->print) return print_unit(context, *options);
        return tell(context, options->json, install(context, *options));
    });
    auto json = std::make_shared<bool>(false);
    auto removal = group.add("uninstall", "Stops the service and removes its unit; configuration "
                                          "and state stay.");
    add_json_option(removal, *json);
    removal.action([&context, json] { return tell(context, *json, uninstall(context)); });
}

} // namespace openclaw::cli
