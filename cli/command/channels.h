// command/channels.h — the parts of `openclaw channels`, one file each.
#pragma once

#include "cli/context.h"

namespace openclaw::cli {

void add_channels_add(Command& channels, const Context& context);
void add_channels_remove(Command& channels, const Context& context);    // remove, logout
void add_channels_abilities(Command& channels, const Context& context); // list, capabilities

} // namespace openclaw::cli
