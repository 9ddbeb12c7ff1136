// Machine: the environment, the limits and the clock the gateway lives with.
#include "cli/doctor/checks.h"
#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::cli::doctor {

namespace {

constexpr std::uint64_t fewest_files = 4096; // a hundred clients and every worker's sockets

// What this build acts on; tests/e2e/doctor.test.mjs compares with the sources.
constexpr std::array<std::string_view, 19> known = {"OPENCLAW_CONFIG_PATH",
                                                    "OPENCLAW_CONFIG_READONLY",
                                                    "OPENCLAW_GATEWAY_PASSWORD",
                                                    "OPENCLAW_GATEWAY_PORT",
                                                    "OPENCLAW_GATEWAY_TOKEN",
                                                    "OPENCLAW_GATEWAY_URL",
                                                    "OPENCLAW_HOME",
                                                    "OPENCLAW_INCLUDE_ROOTS",
                                                    "OPENCLAW_LOG_LEVEL",
                                                    "OPENCLAW_NIX_MODE",
                                                    "OPENCLAW_PROFILE",
                                                    "OPENCLAW_SERVICE_MARKER",
                                                    "OPENCLAW_SERVICE_REPAIR_POLICY",
                                                    "OPENCLAW_STATE_DIR",
                                                    "OPENCLAW_STOP_WITHIN_SEC",
                                                    "OPENCLAW_SUPERVISOR_MODE",
                                                    "OPENCLAW_SYSTEMD_UNIT",
                                                    "OPENCLAW_WORKER_DIR",
                                                    "OPENCLAW_WORKSPACE_DIR"};

std::string nearest(std::string_view name) {
    constexpr std::size_t a_slip = 3;
    std::size_t least = a_slip + 1;
    std::string_view best;
    for (const auto candidate : known)
        if (const auto distance = edit_distance(name, candidate, a_slip); distance < least) {
            least = distance;
            best = candidate;
        }
    return std::string(best);
}

void judge_variables(const config::Environment& variables, const std::string& place,
                     Report& report) {
    for (const auto& [name, value] : variables) {
        const bool is_test = name.starts_with("OPENCLAW_TEST_");
        if (!name.starts_with("OPENCLAW_") || is_test) continue;
        if (std::ranges::find(known, std::string_view(name)) != known.end()) continue;
        const auto meant = nearest(name);
        report.add({.check = "environment",
                    .severity = meant.empty() ? Severity::info : Severity::warning,
                    .place = name,
                    .message = "this build does not act on it (set in " + place + ")",
                    .fix = meant.empty() ? "unset it, or leave it for the original"
                                         : "did you mean " + meant + "?"});
    }
}

} // namespace

void check_environment(const Facts& facts, Report& report) {
    judge_variables(facts.environment, "this shell", report);
    judge_variables(facts.state.variables, facts.shown(facts.state_directory) + "/.env", report);
}

void check_limits(const Facts& facts, Report& report) {
    const auto& machine = facts.machine;
    if (machine.most_files < fewest_files)
        report.add({.check = "limits",
                    .severity = Severity::warning,
                    .place = "nofile",
                    .message = "a process may open " + std::to_string(machine.most_files) +
                               " files at most: many clients would be refused",
                    .fix = "LimitNOFILE=65536 in the unit, or ulimit -Hn"});
    if (!machine.has_ipv6_loopback)
        report.add({.check = "limits",
                    .severity = Severity::info,
                    .place = "[::1]",
                    .message = "there is no IPv6 loopback: the gateway listens on 127.0.0.1 only",
                    .fix = "nothing to do, unless a client insists on [::1]"});
}

void check_clock(const Facts& facts, Report& report) {
    if (facts.machine.is_clock_synchronised) return;
    report.add({.check = "clock",
                .severity = Severity::info,
                .place = "time of day",
                .message = "the kernel does not know its clock to be synchronised; certificates "
                           "and timers depend on it",
                .fix = "timedatectl set-ntp true, or let the host keep the time"});
}

} // namespace openclaw::cli::doctor
