// rpc/cron.h — cron.list, .get, .status, .add, .update, .remove, .run and .runs.
#pragma once

#include "supervisor/rpc/automations.h"

namespace openclaw::rpc {

struct CronParts {
    CronDesk& desk;
    Automations& automations;
    const GatewayFacts& facts;
    const Clock& clock;
};

// The job a call names, by `id` or `jobId`; an answer has gone out when there is none.
const ledger::CronJob* job_meant(Call& call, const CronParts& parts);

void add_cron(MethodTable& table, CronParts parts);

} // namespace openclaw::rpc
