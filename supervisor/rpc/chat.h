// rpc/chat.h — chat.send, chat.abort: a turn begun and stopped by a client (PROTOCOL.md 12.1, 14).
//
// The run id is the idempotency key; there is one response, and the rest comes as events.
#pragma once

#include "supervisor/rpc/run_start.h"

namespace openclaw::rpc {

// Begins the run, or answers for a key that was used before (PROTOCOL.md 14).
void begin_chat_run(const Reply& reply, flow::RunRequest request, const RunParts& parts);

void add_chat(MethodTable& table, RunParts parts);

} // namespace openclaw::rpc
