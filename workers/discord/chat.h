// discord/chat.h — channels, threads and people as the supervisor knows chats and senders, and
// back.
#pragma once

#include "common/base/result.h"
#include "common/json/read.h"
#include "proto/channel.pb.h"
#include "workers/discord/world.h"

#include <string>

namespace openclaw::discord {

// `where` is the channel or thread of a message.
void fill_chat(wire::Chat& out, Snowflake where, bool is_of_guild, const World& world);
// `member` may be absent: in a direct conversation there is none.
void fill_sender(wire::Sender& out, json::View user, json::View member);

// Where messages to a chat are sent.
struct Destination {
    std::string channel{}; // or thread; empty: not known
    std::string person{};  // when there is no such channel: whose direct channel to open
};

// "7001", "channel:7001", "user:17", "<@17>": people write all of these. A bare id is a channel, or
// else a person. Errors: invalid.
Result<Destination> destination_of(const wire::Chat& chat);

// The channel, where it is known without a question; else empty.
std::string channel_of(const wire::Chat& chat);

} // namespace openclaw::discord
