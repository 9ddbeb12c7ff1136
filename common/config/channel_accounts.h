// config/channel_accounts.h — channels.*: one ChannelAccount for each account, whatever channels
// this build has.
//
// Root values are inherited by accounts; an account's groups and direct replace the root's. Trouble
// in a section is that section's: it becomes the problem of the accounts it concerns, never an
// error of the whole file. Only a key of channels that is nearly the name of a channel we have is
// an error: it is a slip of the pen.
#pragma once

#include "common/config/config.h"
#include "common/config/fields.h"

namespace openclaw::config {

struct ChannelContext {
    const SecretSource& secrets;
    const Environment& environment;
    bool ambient = false; // an environment token alone makes a channel
};

// Reads `root`'s channels into config.channels; errors and warnings go to `report`.
void read_channels(Config& config, const Node& root, const ChannelContext& context, Report& report);

} // namespace openclaw::config
