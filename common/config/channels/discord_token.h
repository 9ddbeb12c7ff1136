// config/channels/discord_token.h — does this look like a bot token of Discord's? Known without
// asking anybody, by who adds an account and by the worker that would use it.
//
// "<base64 of the bot's id>.<…>.<…>": three parts, as the Developer Portal shows it under Bot.
#pragma once

#include "common/base/result.h"

#include <algorithm>
#include <string_view>

namespace openclaw::config {

// Errors: invalid.
inline Result<void> check_discord_token(std::string_view token) {
    constexpr std::size_t longest = 120;
    if (token.starts_with("Bot "))
        return fail(Code::invalid,
                    "channels.discord.token is to be written without \"Bot \" before it");
    const auto dots = std::ranges::count(token, '.');
    const bool is_clean = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
    if (!is_clean || dots != 2 || token.size() > longest)
        return fail(Code::invalid,
                    "channels.discord.token is not a bot token: copy the one the Developer "
                    "Portal shows under Bot (not the client secret)");
    return {};
}

} // namespace openclaw::config
