// rpc/facts.h — what the present configuration says, as the methods show it.
//
// One object for the life of the process; a reload assigns a new value and calls
// HealthSnapshot::facts_changed(). Holds no secret.
#pragma once

#include "common/config/agents.h"
#include "common/config/gateway.h"

#include <cstdint>
#include <string>
#include <vector>

namespace openclaw::rpc {

struct ShownModel {
    std::string id, name;
    bool reasoning = false;
    int context_window = 0, max_tokens = 0; // 0: unknown
};

struct ShownProvider {
    std::string id;
    std::vector<ShownModel> models = {}; // empty: any name goes
    bool has_key = false;
    std::string problem = {}; // why it cannot be used; empty: it can
};

struct GatewayFacts {
    config::Agents agents; // who there is; the default; their models
    std::vector<ShownProvider> providers;
    std::string workspace; // of agents that name none
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
    std::string queue_mode = "steer"; // messages.queue.mode
    std::string boot_id;              // uuid, one per process
    config::HealthRule health;
    std::string build;
    // The last attempt to become another build (supervisor/upgrade).
    std::int64_t upgrades = 0;            // so many ended, in this process
    std::string upgrade_outcome = "none"; // "done", "refused", "rolled-back"
    std::string upgrade_why;
};

} // namespace openclaw::rpc
