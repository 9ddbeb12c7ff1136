// rpc/workers.h — workers.list, workers.get, workers.start, workers.stop, workers.restart: the
// processes (CLI.md 7). Ours.
#pragma once

#include "common/base/clock.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

#include <string>

namespace openclaw::rpc {

void add_workers(MethodTable& table, WorkerDesk& desk, const GatewayFacts& facts,
                 const Clock& clock);

// {"ts":…,"supervisor":{…},"workers":[…]}: also what is written to run/workers.json for when RPC is
// down.
std::string worker_list_json(const std::vector<process::WorkerView>& views,
                             const GatewayFacts& facts, std::int64_t now_ms);

} // namespace openclaw::rpc
