// rpc/cron_scratch.h — cron.scratch.get and .set: what an automation wants to remember from one run
// to the next. A revision guards against two writers.
#pragma once

#include "supervisor/rpc/cron.h"

namespace openclaw::rpc {

void add_cron_scratch(MethodTable& table, CronParts parts, Notes& notes);

} // namespace openclaw::rpc
