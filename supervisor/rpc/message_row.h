// rpc/message_row.h — one transcript row as clients see it: in chat.history, and in session.message
// events (PROTOCOL.md 12.6).
#pragma once

#include "common/json/write.h"
#include "supervisor/ledger/transcripts.h"

#include <cstddef>
#include <limits>

namespace openclaw::rpc {

// `max_chars`: bytes of text shown at most, cut at a code point.
void write_message(json::Writer& out, const ledger::TranscriptRow& row,
                   std::size_t max_chars = std::numeric_limits<std::size_t>::max());

} // namespace openclaw::rpc
