// rpc/run_start.h — what chat.send and agent have in common: which session is meant, and how a run
// begins.
#pragma once

#include "supervisor/flow/runs.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/run_events.h"
#include "supervisor/rpc/sources.h"

#include <expected>
#include <string>
#include <string_view>

namespace openclaw::rpc {

struct RunParts {
    Loop& loop;
    flow::AgentRuns& runs;
    RunEvents& run_events;
    Conversations& conversations;
    const GatewayFacts& facts;
};

// The canonical key of a session under a configured agent.
Result<std::string> session_named(std::string_view written, const GatewayFacts& facts);

// {"runId":…,"status":…}
std::string run_status(std::string_view run_id, std::string_view status);

// The answer to a key whose run failed: the error, and a payload beside it (PROTOCOL.md 14).
void answer_failed(const Reply& reply, const flow::Run& run);

} // namespace openclaw::rpc
