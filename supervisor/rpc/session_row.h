// rpc/session_row.h — a session as clients see it: one row for lists, events and history
// (PROTOCOL.md 11.2, 13).
#pragma once

#include "common/json/write.h"
#include "supervisor/flow/runs.h"
#include "supervisor/ledger/sessions.h"
#include "supervisor/rpc/facts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::rpc {

struct RowView {
    const ledger::Session& session;
    const GatewayFacts& facts;
    std::vector<const flow::Run*> active; // running first, then waiting
    std::int64_t now_ms = 0;
    bool with_title = false, with_preview = false; // shown when asked for
};

void write_row(json::Writer& out, const RowView& view);

// "startedAt","endedAt","runtimeMs": of what runs, or else of what ran last.
void write_run_times(json::Writer& out, const ledger::Session& session,
                     const std::vector<const flow::Run*>& active);

// {"modelProvider":…,"model":…,…}: what a session without its own choice uses.
std::string session_defaults(const GatewayFacts& facts);

// The model a session would use now: its own last one, or its agent's.
std::pair<std::string, std::string> model_of(const ledger::Session& session,
                                             const GatewayFacts& facts);

} // namespace openclaw::rpc
