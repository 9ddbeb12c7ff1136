#include "supervisor/rpc/account_meant.h"

#include <algorithm>

namespace openclaw::rpc {

std::optional<ChannelFacts> account_meant(json::View params,
                                          const std::vector<ChannelFacts>& accounts) {
    std::string_view channel = params["channel"].text();
    if (channel.empty() && !accounts.empty()) {
        channel = accounts.front().channel;
        const auto is_other = [&](const ChannelFacts& one) { return one.channel != channel; };
        if (std::ranges::any_of(accounts, is_other)) return std::nullopt;
    }
    const auto id = params["accountId"].text();
    for (const auto& account : accounts)
        if (account.channel == channel && (id.empty() ? account.is_default : account.account == id))
            return account;
    return std::nullopt;
}

} // namespace openclaw::rpc
