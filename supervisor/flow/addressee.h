// flow/addressee.h — whom the words of a caller mean: an account of the configuration, a chat of
// its platform. Pure.
#pragma once

#include "common/config/config.h"
#include "supervisor/ledger/address.h"

#include <string>
#include <string_view>

namespace openclaw::flow {

// An empty channel: the only configured one. An empty account: the channel's default. Null: none.
const config::ChannelAccount* find_account(const config::Config& config, std::string_view channel,
                                           std::string_view account);

// "telegram:-100123:topic:7", "-100123" with `thread_id`, "123456". An empty id: `to` names
// nothing.
ledger::Chat chat_meant(std::string_view channel, std::string_view to, std::string_view thread_id);

} // namespace openclaw::flow
