// discord/addressing.h — is the bot meant? Mentions, roles, replies and commands as facts
// (DISCORD.md 3.7).
//
// Whether a fact suffices is the supervisor's to say.
#pragma once

#include "common/json/read.h"
#include "proto/channel.pb.h"
#include "workers/discord/identity.h"

#include <optional>
#include <string>

namespace openclaw::discord {

struct CommandWords {
    std::string name; // lower case, "-" for "_"
    std::string arguments;
};

// "/cmd args" at the head of a text, after a mention of the bot if there is one.
std::optional<CommandWords> command_in(std::string_view text, const Identity& me);

// By name: the text says it outside of code, and Discord agrees. A reply that pings lists the bot,
// too, and says nothing. Or by the role that stands for the bot.
bool is_mentioned(json::View message, const Identity& me, Snowflake own_role);

// What the message answers. Nothing: it answers nothing.
std::optional<wire::ReplyTo> reply_target(json::View message, const Identity& me);

} // namespace openclaw::discord
