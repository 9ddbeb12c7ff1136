// rpc/workers.h — workers.list, workers.get, workers.start, workers.stop, workers.restart: the
// processes (CLI.md 7). Ours.
#pragma once

#include "common/base/clock.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

#include <string>

namespace openclaw::rpc {

void add_workers(MethodTable& table, WorkerDesk& desk, const HealthSnapshot& health,
                 const Clock& clock);

} // namespace openclaw::rpc
