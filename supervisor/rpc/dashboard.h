// rpc/dashboard.h — what the browser dashboard asks for without looking whether it is there
// (METHODS.md, "stubs"): mostly parts of the original that this build does not have.
//
// Each answer is the truth of this build: there is no such thing, in the shape the page reads.
// What does exist (sessions.groups.list, sessions.viewers.set, environments.list) is read from
// where it is kept.
#pragma once

#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"

namespace openclaw::rpc {

void add_dashboard(MethodTable& table, const GatewayFacts& facts);

} // namespace openclaw::rpc
