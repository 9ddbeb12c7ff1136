// rpc/restart.h — gateway.restart.preflight and gateway.restart.request: may it, and do it.
//
// A restart finishes what was begun, tells every client when to come back, and begins the same
// program anew in the same process.
#pragma once

#include "supervisor/flow/runs.h"
#include "supervisor/rpc/automations.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

inline constexpr std::int64_t restart_expected_ms = 1500; // PROTOCOL.md 20

void add_restart(MethodTable& table, const flow::AgentRuns& runs, const Automations& automations,
                 RestartGateway restart);

} // namespace openclaw::rpc
