// rpc/channels.h — channels.status, channels.start, channels.stop (METHODS.md).
#pragma once

#include "supervisor/flow/questions.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

void add_channels(MethodTable& table, WorkerDesk& desk, HealthSnapshot& health,
                  flow::Questions& questions, const Clock& clock);

} // namespace openclaw::rpc
