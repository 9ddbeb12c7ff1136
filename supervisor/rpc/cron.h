// rpc/cron.h — cron.list, .get, .status, .add, .update, .remove, .run, .runs, and tasks.list, which
// shows the runs of jobs.
#pragma once

#include "supervisor/rpc/automations.h"

namespace openclaw::rpc {

struct CronParts {
    CronDesk& desk;
    Automations& automations;
    const GatewayFacts& facts;
    const Clock& clock;
};

void add_cron(MethodTable& table, CronParts parts);

} // namespace openclaw::rpc
