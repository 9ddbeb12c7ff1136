// Gateway: the one that runs on this state directory, and the port it listens on.
#include "cli/doctor/checks.h"
#include "cli/view/text_width.h"
#include "cli/view/words.h"
#include "common/version.h"

namespace openclaw::cli::doctor {

namespace {

void report_silence(const Facts& facts, Report& report) {
    if (facts.state.owner) return; // state-lock tells
    const bool has_service = facts.unit.state.has_value();
    report.add(
        {.check = "gateway-health",
         .severity = Severity::warning,
         .place = facts.shown(facts.state_directory),
         .message = "no gateway runs on this state directory" +
                    (facts.gateway.why_not.empty() ? std::string() : ": " + facts.gateway.why_not),
         .fix = has_service ? "openclaw gateway start" : "openclaw gateway run"});
}

void check_build(const Facts& facts, json::View supervisor, Report& report) {
    const auto running = supervisor["buildId"].text();
    if (running.empty() || build_id.empty() || running == build_id) return;
    report.add({.check = "gateway-health",
                .severity = Severity::info,
                .place = "pid " + std::to_string(supervisor["pid"].integer()),
                .message = "it is build " + printable(running) + "; this program is build " +
                           std::string(build_id) + (facts.unit.state ? "" : " (not a service)"),
                .fix = "openclaw gateway upgrade: channels stay connected"});
}

void check_same_config(const Facts& facts, Report& report) {
    const auto path = facts.gateway.of("config.get")["path"].text();
    if (path.empty() || path == facts.config_file) return;
    report.add({.check = "gateway-health",
                .severity = Severity::warning,
                .place = printable(path),
                .message = "the gateway reads this configuration; the command line means " +
                           facts.shown(facts.config_file),
                .fix = "unset or agree on OPENCLAW_CONFIG_PATH"});
}

// What is unwell and no worker: the ledger's disk. Workers and accounts have checks of their own.
void check_verdict(const Facts& facts, Report& report) {
    facts.gateway.of("health")["health"]["down"].each_element([&](json::View id) {
        if (id.text() == "storage")
            report.add({.check = "gateway-health",
                        .severity = Severity::error,
                        .place = "storage",
                        .message = "the ledger cannot be written: nothing new is accepted",
                        .fix = "openclaw logs; look at the disk below " +
                               facts.shown(facts.state_directory)});
        return true;
    });
}

std::string holder(const Listener& one) {
    if (one.pid > 0) return "pid " + std::to_string(one.pid) + " " + printable(one.program);
    return one.is_ours
               ? "a process of yours that shows itself to root only, as a gateway of another "
                 "profile does"
               : "another user's process";
}

std::string listeners(const std::vector<Listener>& found) {
    std::string text;
    for (const auto& one : found)
        text += (text.empty() ? "" : ", ") + holder(one) + " (" + one.address + ")";
    return text;
}

} // namespace

void check_gateway(const Facts& facts, Report& report) {
    if (!facts.gateway.answers) return report_silence(facts, report);
    const auto supervisor = facts.gateway.of("workers.list")["supervisor"];
    const auto up = facts.now_ms - supervisor["startedAtMs"].integer(facts.now_ms);
    report.remark("gateway-health", "It answers in " + duration(facts.gateway.took_ms) + " (pid " +
                                        std::to_string(supervisor["pid"].integer()) + ", up " +
                                        duration(up) + ", version " +
                                        printable(supervisor["version"].text()) + ")");
    check_build(facts, supervisor, report);
    check_same_config(facts, report);
    check_verdict(facts, report);
}

void check_port(const Facts& facts, Report& report) {
    const auto& port = facts.port;
    if (!port.problem.empty())
        return report.add({.check = "gateway-port",
                           .severity = Severity::error,
                           .place = "gateway.port",
                           .message = port.problem,
                           .fix = "openclaw config set gateway.port 18789"});
    const std::string name = "port " + std::to_string(port.port.number);
    const auto running = facts.gateway.of("workers.list")["supervisor"]["port"].integer();
    if (running > 0 && running != port.port.number)
        return report.add({.check = "gateway-port",
                           .severity = Severity::warning,
                           .place = name,
                           .message = "the running gateway listens on " + std::to_string(running) +
                                      "; the configuration means " +
                                      std::to_string(port.port.number) + " (" +
                                      std::string(port.port.source) + ")",
                           .fix = "openclaw gateway restart, unless it was started with --port"});
    if (facts.gateway.answers || facts.state.owner || port.listeners.empty()) return;
    report.add({.check = "gateway-port",
                .severity = Severity::error,
                .place = name,
                .message = "somebody else listens there: " + listeners(port.listeners),
                .fix = "end that process, or openclaw config set gateway.port OTHER"});
}

} // namespace openclaw::cli::doctor
