// rpc/system.h — system.info, update.status, diagnostics.lanes: the machine, this build, and who
// waits for whom.
#pragma once

#include "common/base/clock.h"
#include "supervisor/flow/runs.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/loop_gauge.h"
#include "supervisor/rpc/method_table.h"

#include <cstdint>

namespace openclaw::rpc {

struct SystemParts {
    const GatewayFacts& facts;
    const flow::AgentRuns& runs;
    LoopGauge& gauge;
    const Clock& clock;
};

// Resident bytes of this process.
std::uint64_t resident_bytes();

void add_system(MethodTable& table, SystemParts parts);

} // namespace openclaw::rpc
