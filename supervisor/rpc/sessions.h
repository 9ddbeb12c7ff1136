// rpc/sessions.h — sessions.list, and the subscriptions to what happens in sessions (METHODS.md).
#pragma once

#include "common/base/clock.h"
#include "supervisor/flow/runs.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

class Approvals;

struct SessionParts {
    Conversations& conversations;
    const flow::AgentRuns& runs;
    const GatewayFacts& facts;
    const Clock& clock;
};

void add_sessions(MethodTable& table, SessionParts parts, const Approvals& approvals);

} // namespace openclaw::rpc
