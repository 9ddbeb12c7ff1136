// rpc/history.h — chat.history and chat.startup: what was said in a session, a page at a time
// (PROTOCOL.md 12.6).
//
// A cursor names a session id and the last row seen; with it only newer rows are sent, or "reset"
// when that is no longer a continuation.
#pragma once

#include "supervisor/rpc/sessions.h"

namespace openclaw::rpc {

using HistoryParts = SessionParts;

void add_history(MethodTable& table, HistoryParts parts);

} // namespace openclaw::rpc
