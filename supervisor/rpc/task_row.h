// rpc/task_row.h — a run of an automation as a task: what tasks.* answers and the `task` event
// tells.
#pragma once

#include "common/json/read.h"
#include "common/json/write.h"
#include "supervisor/rpc/automations.h"

#include <string>
#include <string_view>

namespace openclaw::rpc {

// "ok" is "completed", "skipped" is "cancelled", anything else "failed".
std::string_view task_word(std::string_view run_status);

void write_running_task(json::Writer& out, const RunningJob& running, const CronDesk& desk);
// From what the ledger keeps of the run.
void write_ended_task(json::Writer& out, json::View entry);

} // namespace openclaw::rpc
