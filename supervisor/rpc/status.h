// rpc/status.h — status: the whole gateway in one answer, for people and for `openclaw status`.
#pragma once

#include "supervisor/rpc/health.h"
#include "supervisor/rpc/heartbeat.h"
#include "supervisor/rpc/tasks.h"

namespace openclaw::rpc {

struct StatusParts {
    HealthSnapshot& health;
    const Heartbeats& heartbeats;
    TaskParts tasks;
    const Clock& clock;
};

void add_status(MethodTable& table, StatusParts parts);

} // namespace openclaw::rpc
