// telegram/translate.h — one update of the Bot API as a message of our own. Telegram's JSON ends
// here.
//
// Pure. Nothing in an update is trusted: what is missing or of another type reads as absent, and an
// update without the ids it needs is ignored. Texts have the lengths Telegram allows; names are cut
// to a few hundred bytes.
#pragma once

#include "common/json/read.h"
#include "proto/channel.pb.h"
#include "workers/telegram/identity.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::telegram {

struct Translation {
    enum class Kind {
        message,
        migration, // a group has become a supergroup: another id, other message ids
        ignored,
    };
    Kind kind = Kind::ignored;
    std::string_view ignored_because; // a word for the log
    wire::Inbound inbound;            // all but the text
    std::string text;                 // may need a blob
    std::string old_chat, new_chat;   // of a migration
};

Translation translate(json::View update, const Identity& me);

// The kinds of update translate() understands: what to ask the server for.
inline constexpr std::string_view wanted_updates = R"(["message","channel_post"])";

} // namespace openclaw::telegram
