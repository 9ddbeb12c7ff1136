// rpc/session_branches.h — another way through a conversation: sessions.fork, .rewind, .recover,
// .branches.list and .branches.switch.
//
// A transcript is a line, and nothing in it changes. Who goes back gets a new transcript that
// begins with a copy of the old one; the old one stays, as a branch that can be switched to. A fork
// is the same in a session of its own. None of it happens under a run: its answer would land on the
// way that was left.
#pragma once

#include "supervisor/rpc/run_start.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace openclaw::rpc {

// The session with its present transcript, which ends with `page`, put among the branches; and a
// session id for the way it takes now.
ledger::Session branched(const ledger::Session& session, const ledger::TranscriptPage& page,
                         std::int64_t now_ms);
// A new session that begins with what another one has.
ledger::Session forked(const ledger::Session& session, const RunParts& parts);

// Refuses while something runs or waits in the session.
std::optional<WireError> busy_session(std::string_view key, const RunParts& parts);

void add_session_branches(MethodTable& table, RunParts parts);

} // namespace openclaw::rpc
