// rpc/restart.h — gateway.restart.preflight and gateway.restart.request: may it, and do it.
//
// A restart finishes what was begun, tells every client when to come back, and lets the program
// that is installed now become this process; channels stay connected. gateway.upgrade.request is
// the same with an answer after the rehearsal, and with a program of the caller's choice: the local
// owner's alone, who could start it without us.
#pragma once

#include "supervisor/flow/runs.h"
#include "supervisor/rpc/automations.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

inline constexpr std::int64_t restart_expected_ms = 1500; // PROTOCOL.md 20

void add_restart(MethodTable& table, const flow::AgentRuns& runs, const Automations& automations,
                 const GatewayFacts& facts, RestartGateway restart, UpgradeGateway upgrade);

} // namespace openclaw::rpc
