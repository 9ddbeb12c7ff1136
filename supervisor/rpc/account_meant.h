// rpc/account_meant.h — the channel account that a call's {channel, accountId?} names.
#pragma once

#include "common/json/read.h"
#include "supervisor/rpc/sources.h"

#include <optional>
#include <vector>

namespace openclaw::rpc {

// Without an account: the channel's default. Without a channel: the default of the only one there
// is. Nothing: there is no such account.
std::optional<ChannelFacts> account_meant(json::View params,
                                          const std::vector<ChannelFacts>& accounts);

} // namespace openclaw::rpc
