// command/message.h — the parts of `openclaw message`, one file each.
#pragma once

#include "cli/context.h"

namespace openclaw::cli {

// react, edit, delete, read, pin, unpin, poll, thread: whatever the channel supports of it.
void add_message_actions(Command& message, const Context& context);

} // namespace openclaw::cli
