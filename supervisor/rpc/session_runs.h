// rpc/session_runs.h — sessions.send, sessions.abort, chat.inject: words put into a session by
// other doors than chat.send; and the attachments of all of them.
#pragma once

#include "supervisor/rpc/run_start.h"

#include <expected>
#include <string>

namespace openclaw::rpc {

// The texts of `attachments`, each under its name, to follow the message. The agent of this build
// reads text only: everything else is refused, by name.
std::expected<std::string, WireError> text_of_attachments(json::View attachments);

void add_session_runs(MethodTable& table, RunParts parts);

} // namespace openclaw::rpc
