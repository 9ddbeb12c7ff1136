// rpc/explain.h — messages.explain: the story of one message or run. Ours.
#pragma once

#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

void add_explain(MethodTable& table, Explain explain);

} // namespace openclaw::rpc
