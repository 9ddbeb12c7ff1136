// rpc/workers.h — workers.list, workers.get, workers.start, workers.stop, workers.restart: the
// processes (CLI.md 7). Ours.
#pragma once

#include "common/base/clock.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"
#include "supervisor/rpc/streams.h"

namespace openclaw::rpc {

struct WorkerParts {
    WorkerDesk& desk;
    const HealthSnapshot& health;
    StreamsOf streams;
    const Clock& clock;
};

void add_workers(MethodTable& table, WorkerParts parts);

} // namespace openclaw::rpc
