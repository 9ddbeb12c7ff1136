// rpc/usage.h — what models used: usage.status, usage.cost, sessions.usage and its .timeseries and
// .logs.
//
// Counted from the answers in the ledger, by days of the caller's time zone. Prices are unknown
// here: every cost is 0, and each answer counts as a missing one.
#pragma once

#include "supervisor/rpc/history.h"

namespace openclaw::rpc {

void add_session_usage(MethodTable& table, HistoryParts parts); // .timeseries, .logs
void add_usage(MethodTable& table, HistoryParts parts);

} // namespace openclaw::rpc
