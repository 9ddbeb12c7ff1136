// discord/outlet.h — where an answer goes, as REST calls: a channel, an interaction, a new post, a
// message that is there already. Pure.
#pragma once

#include "workers/discord/api.h"
#include "workers/discord/message_body.h"

#include <string>

namespace openclaw::discord {

struct Outlet {
    enum class Kind { channel, interaction, post, edit };
    Kind kind = Kind::channel;
    std::string channel;
    std::string message_id{};     // of an edit
    std::string follow_up_path{}; // of an interaction
    std::string title{};          // of a post

    // May the same call be made again, though nobody knows whether it was carried out? Messages are
    // held together by their nonce, edits by their nature; follow-ups have neither.
    bool is_repeatable() const { return kind == Kind::channel || kind == Kind::edit; }

    Call call(const Message& message) const {
        switch (kind) {
        case Kind::channel:
            return {.method = "POST",
                    .path = "/channels/" + channel + "/messages",
                    .body = create_body(message),
                    .idempotent = true};
        case Kind::interaction:
            return {.method = "POST",
                    .path = follow_up_path,
                    .body = create_body({.content = message.content,
                                         .suppress_embeds = message.suppress_embeds,
                                         .is_ephemeral = message.is_ephemeral,
                                         .pings = message.pings,
                                         .file_names = message.file_names}),
                    .is_anonymous = true};
        case Kind::post:
            return {.method = "POST",
                    .path = "/channels/" + channel + "/threads",
                    .body = post_body(title, message)};
        case Kind::edit:
            break;
        }
        return {.method = "PATCH",
                .path = "/channels/" + channel + "/messages/" + message_id,
                .body = edit_body(message),
                .idempotent = true};
    }
};

} // namespace openclaw::discord
