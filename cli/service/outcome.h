// service/outcome.h — how a lifecycle command went, told to people or as CLI.md 3.2 has it for
// programs.
#pragma once

#include "cli/context.h"
#include "cli/service/installation.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::cli {

struct ServiceOutcome {
    std::string_view action; // "start", "stop", "restart", "install", "uninstall"
    bool ok = true;
    std::string result;                // "started", "already-running", …
    std::string message;               // for people, one line; an error's first line when !ok
    std::vector<std::string> hints;    // commands that help
    std::vector<std::string> warnings; // what to know although it went well
    std::optional<UnitPlace> place = {};
    std::int64_t pid = 0;
    int exit_code = -1; // -1: by ok
};

ServiceOutcome refused(std::string_view action, std::string why,
                       std::vector<std::string> hints = {});
// Prints it; the exit code.
int tell(const Context& context, bool json, const ServiceOutcome& outcome);
// "systemd user: openclaw-gateway.service"
std::string service_label(const UnitPlace& place);
// One line in <state>/logs/gateway-restart.log: who did what to the gateway, and how (CLI.md 5.4).
void note_lifecycle(const Context& context, std::string_view action, std::string_view mode,
                    std::int64_t pid);

} // namespace openclaw::cli
