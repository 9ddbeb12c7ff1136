// rpc/facts.h — what the present configuration says, as the methods show it.
//
// One object for the life of the process; a reload assigns a new value and calls
// HealthSnapshot::facts_changed(). Holds no secret.
#pragma once

#include "common/config/agents.h"

#include <cstdint>
#include <string>

namespace openclaw::rpc {

struct GatewayFacts {
    config::Agents agents; // who there is; the default; their models
    std::string config_path;
    std::string state_directory;
    std::string ledger_path;
    std::string log_file;
    std::string applied_config_hash;
    int port = 0;                  // that the gateway really listens on
    std::string auth_mode;         // "token"
    bool model_configured = false; // an agent has a model other than the built-in echo
    std::string hot_reload = "active";
    std::int64_t started_at_ms = 0;
    std::string boot_id; // uuid, one per process
};

} // namespace openclaw::rpc
