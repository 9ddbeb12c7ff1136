// telegram/addressing.h — is the bot meant? Mentions, commands and replies as facts
// (TELEGRAM.md 5.2).
//
// Whether a fact suffices is the supervisor's to say.
#pragma once

#include "proto/channel.pb.h"
#include "workers/telegram/entities.h"
#include "workers/telegram/identity.h"

#include <optional>
#include <string>

namespace openclaw::telegram {

struct CommandWords {
    std::string name; // lower case, "-" for "_"
    std::string arguments;
};

// "/cmd" or "/cmd@me" at the head of the text. One with another bot's name is not ours.
std::optional<CommandWords> command_in(const MarkedText& marked, const Identity& me);

bool is_mentioned(const MarkedText& marked, const Identity& me);

// What the message answers. Nothing: it answers nothing, or just sits in a topic.
std::optional<wire::ReplyTo> reply_target(json::View message, const Identity& me);

} // namespace openclaw::telegram
