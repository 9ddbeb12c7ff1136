// rpc/send.h — `send`: a message from outside to a chat (METHODS.md).
//
// Idempotent by key: dispatch keeps the first answer, and the outbox below never sends an action
// twice.
#pragma once

#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

void add_send(MethodTable& table, Outgoing& outgoing);

// Hands the message over, and answers when the platform has it or will not have it.
void deliver_message(const Reply& reply, Outgoing& outgoing, OutgoingMessage message);

} // namespace openclaw::rpc
