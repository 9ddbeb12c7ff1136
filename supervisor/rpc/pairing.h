// rpc/pairing.h — strangers who ask to be let in: channels.pairing.list, .approve, .dismiss, and
// the shorter pairing.list and pairing.approve of our CLI (CLI.md 11).
//
// The request id is the code: it is unique among those waiting, and an operator with
// operator.pairing may see it.
#pragma once

#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

void add_pairing(MethodTable& table, PairingDesk& desk, Outgoing& outgoing);

} // namespace openclaw::rpc
