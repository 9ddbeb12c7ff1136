// rpc/session_runs.h — sessions.send, sessions.abort, chat.inject: words put into a session by
// other doors than chat.send.
#pragma once

#include "supervisor/rpc/run_start.h"

namespace openclaw::rpc {

void add_session_runs(MethodTable& table, RunParts parts);

} // namespace openclaw::rpc
