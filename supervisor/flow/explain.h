// flow/explain.h — the life of one message across processes, and why it was not answered when it
// was not.
#pragma once

#include "common/base/result.h"
#include "supervisor/flow/rooms.h"

#include <functional>
#include <string>

namespace openclaw::flow {

// `id`: an event, message, run, action or trace id. The answer is JSON text:
// {id, found, summary, inbox:[…], outbox:[…], steps:[{at_ms, room, event, detail}]}.
using Explained = std::move_only_function<void(Result<std::string>)>;
void explain(Rooms& rooms, const std::string& id, Explained done);

} // namespace openclaw::flow
