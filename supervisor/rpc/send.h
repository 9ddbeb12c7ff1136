// rpc/send.h — `send`: a message from outside to a chat (METHODS.md): text, files, or both.
//
// Idempotent by key: dispatch keeps the first answer, and the outbox below never sends an action
// twice.
#pragma once

#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/send_files.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

// `outgoing` outlives the table, and with it all who share `files`.
void add_send(MethodTable& table, Outgoing& outgoing, std::shared_ptr<SendFiles> files);

// Hands the message over with the files that `params` name, and answers when the platform has it or
// will not have it.
void deliver_message(const Reply& reply, Outgoing& outgoing, OutgoingMessage message,
                     SendFiles& files, json::View params);

} // namespace openclaw::rpc
