// rpc/session_compaction.h — a long conversation continued by a short one: sessions.compact and
// .compaction.list, .restore, .branch.
//
// The summary is a turn of the session's own agent, in the old transcript, so that it is counted
// and can be read; the new transcript begins with it and with the last rows. The old one stays as a
// checkpoint. With `maxLines` nobody is asked: the newest rows are kept.
#pragma once

#include "supervisor/rpc/run_start.h"

namespace openclaw::rpc {

void add_session_compaction(MethodTable& table, RunParts parts);

} // namespace openclaw::rpc
