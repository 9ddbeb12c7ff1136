// rpc/channel_directory.h — channels.directory: who can be written to through an account.
#pragma once

#include "supervisor/flow/questions.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"

namespace openclaw::rpc {

void add_channel_directory(MethodTable& table, HealthSnapshot& health, flow::Questions& questions);

} // namespace openclaw::rpc
