// rpc/agent.h — agent and agent.wait: a turn whose caller waits for its end (PROTOCOL.md 12.2).
//
// Two responses on one request id: accepted at once, the result after the run's last event.
#pragma once

#include "supervisor/rpc/run_start.h"

namespace openclaw::rpc {

void add_agent(MethodTable& table, RunParts parts);

} // namespace openclaw::rpc
