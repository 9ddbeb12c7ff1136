// rpc/session_answer.h — what the methods that change sessions have in common: how a session is
// answered, how one begins, and what the caller believed of it.
#pragma once

#include "common/json/write.h"
#include "supervisor/rpc/run_start.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::rpc {

// The row with what only its owner is told. The lifecycle's name changes with each new transcript.
std::string entry_json(const ledger::Session& session, const RunParts& parts);

// {"ok":true,"key":…  and, at the end,  "entry":…,"resolved":…}
json::Writer begin_session_answer(const ledger::Session& session);
std::string finish_session_answer(json::Writer& out, const ledger::Session& session,
                                  const RunParts& parts);

// A session as it comes into being by an operator's hand, not yet kept.
ledger::Session new_session(const std::string& key, const RunParts& parts);

// What the caller believes of the session, compared with what is so.
std::optional<WireError> broken_expectation(json::View params, const ledger::Session& session);
WireError no_such_session(std::string_view key);

} // namespace openclaw::rpc
