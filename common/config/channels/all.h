// config/channels/all.h — the channels this build has. Adding one is a name in each line here.
#pragma once

#include "common/config/channels/discord.h"
#include "common/config/channels/echo.h"
#include "common/config/channels/telegram.h"

#include <array>

namespace openclaw::config {

inline constexpr std::array channel_workers = {echo_worker, telegram_worker, discord_worker};
inline constexpr std::array channel_rows = {echo_channel, telegram_channel,
                                            discord_channel}; // the same, in the same order
static_assert(channel_workers.size() == channel_rows.size());

// Null: no channel of this build.
constexpr const ChannelRow* find_channel_row(std::string_view name) {
    for (const ChannelRow& row : channel_rows)
        if (row.spec->name == name) return &row;
    return nullptr;
}

} // namespace openclaw::config
