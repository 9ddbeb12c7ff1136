// discord/chat.h — channels, threads and people as the supervisor knows chats and senders, and
// back.
#pragma once

#include "common/json/read.h"
#include "proto/channel.pb.h"
#include "workers/discord/world.h"

#include <string>

namespace openclaw::discord {

// `where` is the channel or thread of a message.
void fill_chat(wire::Chat& out, Snowflake where, bool is_of_guild, const World& world);
// `member` may be absent: in a direct conversation there is none.
void fill_sender(wire::Sender& out, json::View user, json::View member);

// The channel that messages to this chat are sent to: its thread, if it has one.
inline const std::string& channel_of(const wire::Chat& chat) {
    return chat.thread_id().empty() ? chat.id() : chat.thread_id();
}

} // namespace openclaw::discord
