// Service: the unit systemd starts the gateway by.
#include "cli/doctor/checks.h"
#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::cli::doctor {

namespace {

constexpr std::int64_t drain_budget_s = 330; // systemd/README.md, TimeoutStopSec
constexpr int configuration_refused = 78;

Finding about_unit(const Facts& facts, Severity severity, std::string message, std::string fix) {
    return {.check = "gateway-daemon",
            .severity = severity,
            .place = facts.unit.place.unit,
            .message = std::move(message),
            .fix = std::move(fix)};
}

// Somebody else's service is looked at, never changed.
void add(const Facts& facts, Report& report, Finding finding, std::optional<Repair> repair = {}) {
    if (!facts.unit.is_external) finding.repair = std::move(repair);
    report.add(std::move(finding));
}

Repair write_unit_again(const Facts& facts, std::string text) {
    return {.kind = Repair::Kind::write_unit,
            .consent = Consent::service,
            .question = "Write " + facts.shown(facts.unit.place.file) +
                        " again (the one before is kept), and restart the service",
            .path = facts.unit.place.unit,
            .value = std::move(text)};
}

bool is_written_by_us(const Facts& facts) {
    return UnitFile(facts.unit.text).is_ours() && facts.unit.state &&
           facts.unit.state->fragment == facts.unit.place.file;
}

// What differs, by key: for people.
std::string differences(const std::string& there, const std::string& wanted) {
    const UnitFile before(there), after(wanted);
    std::string keys;
    const auto name = [&](const std::string& key) {
        if (before.values(key) == after.values(key) || keys.contains(key)) return;
        keys += (keys.empty() ? "" : ", ") + key;
    };
    for (const auto& assignment : after.assignments())
        name(assignment.key);
    for (const auto& assignment : before.assignments())
        name(assignment.key);
    return keys.empty() ? "comments" : keys;
}

// A unit of our own follows this version; what else starts a gateway only has to keep what matters.
void check_text(const Facts& facts, Report& report) {
    const auto& unit = facts.unit;
    if (is_written_by_us(facts)) {
        if (unit.planned.empty() || unit.planned == unit.text) return;
        return add(facts, report,
                   about_unit(facts, Severity::warning,
                              "it is not what this version writes: " +
                                  differences(unit.text, unit.planned),
                              "openclaw gateway install --force"),
                   write_unit_again(facts, unit.planned));
    }
    const UnitFile there(unit.text + "\n" + unit.drop_ins);
    if (!there.value("RestartPreventExitStatus").contains("78"))
        add(facts, report,
            about_unit(facts, Severity::warning,
                       "it starts the gateway again and again when the configuration is wrong",
                       "add RestartPreventExitStatus=78, or openclaw gateway install --force"));
    if (const auto mode = there.value("KillMode"); mode != "mixed")
        add(facts, report,
            about_unit(facts, Severity::warning,
                       "a stop signals the workers behind the supervisor's back (KillMode=" +
                           (mode.empty() ? "control-group" : mode) + ")",
                       "set KillMode=mixed, or openclaw gateway install --force"));
}

void check_pinned_port(const Facts& facts, Report& report) {
    const int pinned = UnitFile(facts.unit.text).pinned_port();
    if (pinned == 0 || pinned == facts.port.port.number) return;
    auto finding =
        about_unit(facts, Severity::warning,
                   "it fixes port " + std::to_string(pinned) + "; the configuration says " +
                       std::to_string(facts.port.port.number),
                   "openclaw gateway install --force");
    // Without the port the configuration decides from now on.
    std::string text = facts.unit.planned;
    const std::string option = " --port " + std::to_string(pinned);
    if (const auto at = text.find(option); at != std::string::npos) text.erase(at, option.size());
    add(facts, report, std::move(finding),
        is_written_by_us(facts) ? std::optional(write_unit_again(facts, text)) : std::nullopt);
}

bool is_secret_variable(std::string_view name) {
    constexpr std::array words = {"TOKEN", "PASSWORD", "SECRET", "API_KEY"};
    return std::ranges::any_of(words, [&](std::string_view word) { return name.contains(word); });
}

void check_environment_lines(const Facts& facts, Report& report) {
    const UnitFile unit(facts.unit.text + "\n" + facts.unit.drop_ins);
    for (const auto& line : unit.values("Environment"))
        for (auto word : split(line, ' ')) {
            if (word.starts_with('"')) word.remove_prefix(1);
            const auto name = word.substr(0, word.find('='));
            if (word.contains('=') && is_secret_variable(name))
                add(facts, report,
                    about_unit(
                        facts, Severity::warning,
                        std::string(name) + " stands in the unit: everybody can read it with "
                                            "systemctl show",
                        "move it to " + facts.shown(facts.state_directory) + "/.env (mode 0600)"));
        }
    if (UnitFile(facts.unit.drop_ins).value("ExecStart").empty()) return;
    add(facts, report,
        about_unit(facts, Severity::warning,
                   "a drop-in of yours starts something else (ExecStart); it is never changed here",
                   "systemctl --user edit " + facts.unit.place.unit));
}

void check_life(const Facts& facts, Report& report) {
    const auto& state = *facts.unit.state;
    const ServiceManager manager(facts.unit.place.kind);
    if (state.needs_reload)
        add(facts, report,
            about_unit(facts, Severity::warning,
                       "its file was changed, and systemd has not read it since",
                       manager.command("daemon-reload")),
            Repair{.kind = Repair::Kind::reload_units,
                   .consent = Consent::service,
                   .question = "Have systemd read its units again"});
    if (!state.is_enabled() && state.load == "loaded")
        add(facts, report,
            about_unit(facts, Severity::warning, "it is not enabled: a reboot ends it",
                       manager.command("enable " + facts.unit.place.unit)),
            Repair{.kind = Repair::Kind::enable_unit,
                   .consent = Consent::service,
                   .question = "Enable " + facts.unit.place.unit,
                   .path = facts.unit.place.unit});
    if (state.active == "failed")
        add(facts, report,
            about_unit(facts, Severity::error,
                       state.exit_status == configuration_refused
                           ? "it is parked: the gateway refused its configuration (exit 78)"
                           : "it failed: " + state.result + ", exit " +
                                 std::to_string(state.exit_status),
                       state.exit_status == configuration_refused
                           ? "correct the configuration, then openclaw gateway start"
                           : "openclaw gateway start; journalctl " +
                                 std::string(manager.kind() == UnitKind::user ? "--user " : "") +
                                 "-u " + facts.unit.place.unit));
    else if (!state.is_active() && !facts.state.owner)
        add(facts, report,
            about_unit(facts, Severity::warning, "it is installed and does not run",
                       "openclaw gateway start"));
    if (state.is_active() && state.stop_timeout >= 0 && state.stop_timeout < drain_budget_s)
        add(facts, report,
            about_unit(facts, Severity::warning,
                       "systemd kills it " + std::to_string(state.stop_timeout) +
                           " s after a stop; answers in progress may need " +
                           std::to_string(drain_budget_s),
                       "TimeoutStopSec=" + std::to_string(drain_budget_s)));
}

void check_two_gateways(const Facts& facts, Report& report) {
    const auto& state = *facts.unit.state;
    const auto owner = facts.state.owner.pid;
    if (!state.is_active() || state.main_pid == 0 || owner == 0 || owner == state.main_pid) return;
    add(facts, report,
        about_unit(facts, Severity::warning,
                   "its gateway (pid " + std::to_string(state.main_pid) +
                       ") is not the one that holds this state directory (pid " +
                       std::to_string(owner) + ")",
                   "openclaw gateway status; stop the one you did not mean"));
}

} // namespace

void check_service(const Facts& facts, Report& report) {
    const auto& unit = facts.unit;
    for (const auto& other : unit.other_units)
        report.add({.check = "gateway-daemon",
                    .severity = Severity::info,
                    .place = facts.shown(other),
                    .message = "another unit starts a gateway",
                    .fix = "fine with a profile of its own; else remove it"});
    if (!unit.has_manager)
        return report.add({.check = "gateway-daemon",
                           .severity = Severity::info,
                           .place = "systemd",
                           .message = unit.why_no_manager,
                           .fix = "in a container its restart policy starts `openclaw gateway "
                                  "run`; elsewhere you do"});
    if (!unit.state)
        return report.add(about_unit(facts, Severity::info,
                                     "no service is installed: the gateway runs as long as "
                                     "somebody keeps it running",
                                     "openclaw gateway install"));
    if (unit.state->load != "loaded")
        return add(
            facts, report,
            about_unit(facts, Severity::error, "systemd cannot use it: it is " + unit.state->load,
                       unit.state->load == "masked"
                           ? ServiceManager(unit.place.kind).command("unmask " + unit.place.unit)
                           : "systemd-analyze verify " + unit.place.file));
    if (!unit.program_exists)
        add(facts, report,
            about_unit(facts, Severity::error, "the program it starts is not there",
                       "openclaw gateway install --force"));
    check_text(facts, report);
    check_pinned_port(facts, report);
    check_environment_lines(facts, report);
    check_life(facts, report);
    check_two_gateways(facts, report);
    report.remark("gateway-daemon",
                  unit.place.unit + " is " + unit.state->active + ", " + unit.state->file_state);
}

void check_lingering(const Facts& facts, Report& report) {
    const auto& unit = facts.unit;
    if (!unit.state || unit.place.kind != UnitKind::user || unit.lingers.value_or(true)) return;
    Finding finding{.check = "systemd-linger",
                    .severity = Severity::warning,
                    .place = unit.place.unit,
                    .message = "lingering is off: the service ends with your last session and does "
                               "not start at boot",
                    .fix = "loginctl enable-linger"};
    add(facts, report, std::move(finding),
        Repair{.kind = Repair::Kind::linger,
               .consent = Consent::recommended,
               .question = "Turn lingering on"});
}

} // namespace openclaw::cli::doctor
