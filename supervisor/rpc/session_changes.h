// rpc/session_changes.h — sessions made, marked, begun anew and removed: sessions.create, .patch,
// .patchMany, .reset, .delete, .cleanup.
//
// A change answers when it is on disk, and is told to those who watch sessions. What this build
// does not act on (thinking levels, permissions, tools, …) is refused in words, never kept in
// silence.
#pragma once

#include "supervisor/rpc/run_start.h"

namespace openclaw::rpc {

void add_session_create(MethodTable& table, RunParts parts);
void add_session_changes(MethodTable& table, RunParts parts); // patch, patchMany
void add_session_end(MethodTable& table, RunParts parts);     // reset, delete
void add_session_cleanup(MethodTable& table, RunParts run, ReadConfig read_config);

} // namespace openclaw::rpc
