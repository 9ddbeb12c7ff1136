// discord/translate.h — one event of Discord's as a message of our own. Discord's JSON ends here.
//
// Pure. Nothing in an event is trusted: what is missing or of another type reads as absent, and an
// event without the ids it needs is ignored. A thread is a part of its channel: `chat` is the
// parent, `thread_id` the thread. That is why a guild's message needs its channel to be known.
#pragma once

#include "common/json/read.h"
#include "proto/channel.pb.h"
#include "workers/discord/attachment.h"
#include "workers/discord/identity.h"
#include "workers/discord/world.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

struct Translation {
    enum class Kind {
        message,
        needs_channel, // not known yet: look it up and translate again
        ignored,
    };
    Kind kind = Kind::ignored;
    std::string_view ignored_because;    // a word for the log
    wire::Inbound inbound;               // all but the text
    std::string text;                    // may need a blob
    std::vector<Attachment> attachments; // to be fetched, or told of in words
    AttachedFiles files{};               // what was fetched of them
    std::shared_ptr<const void> lease{}; // their memory
    Snowflake channel;                   // where it was written: the thread, if it is one
    Snowflake message;
};

enum class UnknownChannel { asks, is_plain };

// The object of MESSAGE_CREATE, or one of GET /channels/…/messages (which names no guild: then the
// channel must be known).
Translation translate_message(json::View message, const Identity& me, const World& world,
                              UnknownChannel unknown = UnknownChannel::asks);

} // namespace openclaw::discord
