// discord/identity.h — who this bot is, as GET /users/@me says.
#pragma once

#include "common/json/read.h"
#include "workers/discord/snowflake.h"

#include <string>

namespace openclaw::discord {

struct Identity {
    Snowflake id;
    std::string username;
    Snowflake application; // usually the same number

    static Identity read(json::View me) {
        const auto id = Snowflake::parse(me["id"].text()).value_or(Snowflake{});
        return {.id = id, .username = std::string(me["username"].text()), .application = id};
    }
};

} // namespace openclaw::discord
