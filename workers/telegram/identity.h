// telegram/identity.h — who this bot is, as getMe says.
#pragma once

#include "common/json/read.h"

#include <cstdint>
#include <string>

namespace openclaw::telegram {

struct Identity {
    std::int64_t id = 0;
    std::string username;            // without "@"
    bool sees_all_in_groups = false; // privacy mode is off
    bool has_topics = false;         // direct chats may have topics

    static Identity read(json::View me) {
        return {.id = me["id"].integer(),
                .username = std::string(me["username"].text()),
                .sees_all_in_groups = me["can_read_all_group_messages"].boolean(),
                .has_topics = me["has_topics_enabled"].boolean()};
    }
};

} // namespace openclaw::telegram
