// command/channel_account.h — an account of a channel as a person names it, and its place in the
// configuration. Pure.
#pragma once

#include "cli/context.h"
#include "common/config/channels/row.h"
#include "common/json/read.h"

#include <string>
#include <string_view>

namespace openclaw::cli {

struct AccountPlace {
    const config::ChannelRow* row = nullptr;
    std::string account; // "default"

    std::string channel() const { return std::string(row->spec->name); }

    std::string words() const; // `Telegram account "alerts"`
    // The block where it is written: of the channel itself (the default account), or below
    // accounts.
    json::View block_in(json::View config) const;
    bool is_in(json::View config) const;
    // The channel's own block is this account's, and nobody else is written below it.
    bool is_alone_in(json::View config) const;
    // {"channels":{"telegram":{…}}} around what is to be said of the account.
    std::string patch(json::View config, std::string_view block) const;
    std::string patch_of_channel(std::string_view block) const;

  private:
    bool is_below_accounts(json::View config) const;
};

// Errors: cli, naming the channels there are.
CallResult<AccountPlace> account_place(const std::string& channel, const std::string& account);

} // namespace openclaw::cli
