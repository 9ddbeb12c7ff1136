// flow/rooms.h — what every conversation in this room may use. All of it outlives the flow objects.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/flow/decisions.h"
#include "supervisor/flow/system_events.h"
#include "supervisor/flow/trace_log.h"
#include "supervisor/ledger/ledger.h"
#include "supervisor/process/workers.h"

#include <filesystem>

namespace openclaw::flow {

struct Rooms {
    Loop& loop;
    ledger::Ledger& ledger;
    process::Links& links;
    const Decisions& decisions;
    TraceLog& traces;
    SystemEvents& system_events;
    std::int64_t started_at_ms = 0; // this process
    std::filesystem::path in_flight_directory;

    std::int64_t now_ms() const { return loop.clock().unix_ms(); }
};

inline std::string worker_id(std::string_view channel, std::string_view account) {
    return std::string(channel) + ":" + std::string(account);
}

inline constexpr std::string_view agent_worker_id = "agent";

} // namespace openclaw::flow
