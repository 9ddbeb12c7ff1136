// rpc/session_look.h — looking at sessions from several sides: sessions.describe, .resolve,
// .preview, .get, .search, and chat.message.get.
#pragma once

#include "supervisor/rpc/history.h"

namespace openclaw::rpc {

void add_session_look(MethodTable& table, HistoryParts parts);

} // namespace openclaw::rpc
