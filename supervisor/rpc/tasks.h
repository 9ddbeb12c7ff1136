// rpc/tasks.h — the runs of automations in the words of tasks: tasks.list, .get, .cancel, and the
// counts that `status` shows.
//
// What runs comes from the automations, what ended from the ledger.
#pragma once

#include "supervisor/rpc/automations.h"

#include <cstdint>
#include <functional>

namespace openclaw::rpc {

struct TaskParts {
    CronDesk& desk;
    Automations& automations;
};

struct TaskCounts {
    std::int64_t running = 0, succeeded = 0, failed = 0, cancelled = 0;

    std::int64_t ended() const { return succeeded + failed + cancelled; }
};

// What the ledger cannot tell now is 0.
void count_tasks(const TaskParts& parts, std::function<void(const TaskCounts&)> done);

void add_tasks(MethodTable& table, TaskParts parts);

} // namespace openclaw::rpc
