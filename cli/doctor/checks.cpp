#include "cli/doctor/checks.h"

#include <algorithm>
#include <array>

namespace openclaw::cli::doctor {

namespace {

constexpr std::string_view prefix = "core/doctor/";

constexpr std::array checks = {
    Check{"gateway-config", "Configuration", "the file can be used, and lets a gateway start",
          check_config},
    Check{"config-file", "Configuration", "nobody else reads the file", check_config_file},
    Check{"legacy-keys", "Configuration", "older names of settings", check_legacy_keys},
    Check{"config-warnings", "Configuration", "what is odd, or without effect",
          check_config_warnings},
    Check{"gateway-auth", "Access", "the gateway's token or password", check_auth},
    Check{"gateway-bind", "Access", "where it listens, and who may come", check_bind},
    Check{"device-pairing", "Access", "devices that wait to be let in", check_devices},
    Check{"command-owner", "Access", "whose commands are obeyed in chats", check_owner},
    Check{"alerts", "Access", "who is told that an account is down", check_alerts},
    Check{"state-integrity", "State", "the state directory: there, ours, closed to others",
          check_state},
    Check{"state-lock", "State", "who holds the state directory", check_lock},
    Check{"ledger", "State", "the ledger's file", check_ledger},
    Check{"disk-space", "State", "room on the disks we write to", check_disk},
    Check{"foreign-state", "State", "the original's database beside ours", check_foreign_state},
    Check{"gateway-daemon", "Service", "the systemd unit", check_service},
    Check{"systemd-linger", "Service", "whether it runs without a session", check_lingering},
    Check{"gateway-health", "Gateway", "the running gateway", check_gateway},
    Check{"gateway-port", "Gateway", "its port", check_port},
    Check{"worker-programs", "Workers", "the programs of this installation", check_programs},
    Check{"workers", "Workers", "each process of the gateway", check_workers},
    Check{"sandbox", "Workers", "the walls around each worker", check_sandbox},
    Check{"channels", "Workers", "each account on its platform", check_channels},
    Check{"model-references", "Workers", "who answers", check_models},
    Check{"environment", "Machine", "OPENCLAW_* variables", check_environment},
    Check{"limits", "Machine", "what the kernel gives us", check_limits},
    Check{"clock", "Machine", "the time of day", check_clock},
};

// OPS.md 12.2; the others there are covered above, some under the name of what they look at.
constexpr std::array<std::string_view, 24> foreign = {"ui-protocol-freshness",
                                                      "plugin-registry",
                                                      "configured-plugin-installs",
                                                      "runtime-tool-schemas",
                                                      "node-hosting-preconditions",
                                                      "browser",
                                                      "memory-search",
                                                      "skills-readiness",
                                                      "bootstrap-size",
                                                      "workspace-status",
                                                      "workspace-alias",
                                                      "workspace-suggestions",
                                                      "shell-completion",
                                                      "hooks-model",
                                                      "session-locks",
                                                      "session-transcripts",
                                                      "session-snapshots",
                                                      "agent-database-admission",
                                                      "legacy-state",
                                                      "legacy-cron-store",
                                                      "legacy-whatsapp-crontab",
                                                      "auth-profiles",
                                                      "oauth-tls",
                                                      "config-audit-scrub"};

std::string_view bare(std::string_view id) {
    if (id.starts_with(prefix)) id.remove_prefix(prefix.size());
    return id;
}

} // namespace

std::string_view name(Severity severity) {
    switch (severity) {
    case Severity::info:
        return "info";
    case Severity::warning:
        return "warning";
    case Severity::error:
        return "error";
    }
    return "error";
}

std::span<const Check> all_checks() {
    return checks;
}

const Check* find_check(std::string_view id) {
    const auto found = std::ranges::find(checks, bare(id), &Check::id);
    return found == checks.end() ? nullptr : &*found;
}

std::span<const std::string_view> not_applicable() {
    return foreign;
}

bool is_not_applicable(std::string_view id) {
    return std::ranges::find(foreign, bare(id)) != foreign.end();
}

Report judge(const Facts& facts, std::span<const Check> checks_to_run) {
    Report report;
    for (const auto& check : checks_to_run)
        check.judge(facts, report);
    return report;
}

} // namespace openclaw::cli::doctor
