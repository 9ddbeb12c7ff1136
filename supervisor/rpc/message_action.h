// rpc/message_action.h — `message.action` and `poll`: what is done to a message that is there, or
// in a chat, beside saying something (METHODS.md).
//
// Idempotent by key in dispatch. Nothing is repeated by the gateway: an outcome that is not known
// is told as such.
#pragma once

#include "supervisor/flow/questions.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/send_files.h"

namespace openclaw::rpc {

void add_message_action(MethodTable& table, Outgoing& outgoing, std::shared_ptr<SendFiles> files,
                        HealthSnapshot& health, flow::Questions& questions);

} // namespace openclaw::rpc
