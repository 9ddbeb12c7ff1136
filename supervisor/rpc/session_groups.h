// rpc/session_groups.h — the groups people put sessions into: sessions.groups.list, .put, .rename,
// .update and .delete.
//
// A session is in the group that its category names. Which groups there are besides, and in which
// order they are shown, is a note.
#pragma once

#include "supervisor/rpc/run_start.h"

namespace openclaw::rpc {

void add_session_groups(MethodTable& table, RunParts parts, Notes& notes);

} // namespace openclaw::rpc
