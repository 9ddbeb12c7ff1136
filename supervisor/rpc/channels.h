// rpc/channels.h — channels.status, channels.start, channels.stop (METHODS.md).
#pragma once

#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

void add_channels(MethodTable& table, WorkerDesk& desk, HealthSnapshot& health, const Clock& clock);

} // namespace openclaw::rpc
