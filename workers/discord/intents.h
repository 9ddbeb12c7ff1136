// discord/intents.h — which events the gateway is to send us (DISCORD.md 3.4).
#pragma once

#include <cstdint>

namespace openclaw::discord {

enum Intent : std::uint32_t {
    guilds = 1u << 0,
    guild_members = 1u << 1, // privileged
    guild_voice_states = 1u << 7,
    guild_presences = 1u << 8, // privileged
    guild_messages = 1u << 9,
    guild_message_reactions = 1u << 10,
    direct_messages = 1u << 12,
    direct_message_reactions = 1u << 13,
    message_content = 1u << 15, // privileged
};

inline constexpr std::uint32_t privileged_intents =
    guild_members | guild_presences | message_content;

inline constexpr std::uint32_t basic_intents =
    guilds | guild_messages | guild_message_reactions | direct_messages | direct_message_reactions;

// GET /applications/@me, `flags` (Discord API reference, "Application Flags"): each granted to a
// verified bot, or to one in fewer than a hundred servers.
inline constexpr std::int64_t may_see_presences = (1 << 12) | (1 << 13);
inline constexpr std::int64_t may_see_members = (1 << 14) | (1 << 15);
inline constexpr std::int64_t may_read_content = (1 << 18) | (1 << 19);

} // namespace openclaw::discord
