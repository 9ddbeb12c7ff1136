// rpc/channel_abilities.h — channels.capabilities: what each account's channel can do, from its
// row, and with `probe` what its platform says now.
#pragma once

#include "supervisor/flow/questions.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"

namespace openclaw::rpc {

void add_channel_abilities(MethodTable& table, WorkerDesk& desk, HealthSnapshot& health,
                           flow::Questions& questions, const Clock& clock);

} // namespace openclaw::rpc
