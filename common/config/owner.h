// config/owner.h — who the configuration says the owner of the gateway is, on one account. Pure.
#pragma once

#include "common/config/config.h"

#include <string>

namespace openclaw::config {

// The channel's own id of the first person that one of these names:
//   gateway.alerts.to · commands.ownerAllowFrom · the account's allowFrom.
// Where gateway.alerts.to is set, only that. Empty: nobody is named.
std::string named_owner(const Config& config, const ChannelAccount& account);

} // namespace openclaw::config
