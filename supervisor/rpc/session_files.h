// rpc/session_files.h — sessions.files.list, .get and .set: the workspace of a session's agent, as
// the page beside a conversation shows it.
//
// Which files a run read or changed is not known in this build (its runs have no tools): the list
// of those is empty, and the browser shows the folder.
#pragma once

#include "supervisor/rpc/history.h"

namespace openclaw::rpc {

void add_session_files(MethodTable& table, Loop& loop, HistoryParts parts);

} // namespace openclaw::rpc
