// rpc/worker_hands.h — workers.pause, workers.resume, workers.kill, workers.recycle: the operator's
// hand on one process. Ours.
//
//   pause    it finishes what it accepted and stays away, over restarts of the gateway too
//   resume   it comes back
//   recycle  it finishes what it accepted and begins a new life
//   kill     KILL, and a new life as after any death; what it had in hand is judged by its record
#pragma once

#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

void add_worker_hands(MethodTable& table, WorkerDesk& desk);

} // namespace openclaw::rpc
