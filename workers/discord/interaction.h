// discord/interaction.h — slash commands, buttons and forms (DISCORD.md 4).
//
// Discord waits three seconds for a first word and then tells the person that we do not answer. So
// the worker acknowledges by itself, before anybody is asked: a stopped agent or gateway costs
// nothing. Pure.
#pragma once

#include "common/json/read.h"
#include "workers/discord/translate.h"
#include "workers/discord/upload.h"

#include <cstdint>
#include <optional>
#include <string>

namespace openclaw::discord {

enum class InteractionType : std::int64_t { // Discord API reference, "Interaction Type"
    ping = 1,
    command = 2,
    component = 3,
    autocomplete = 4,
    form = 5,
};

// What an answer to it needs. The token is as good as a password for a quarter of an hour.
struct Interaction {
    Snowflake id;
    std::string token;
    InteractionType type = InteractionType::ping;
    bool is_ephemeral = false;
    std::size_t largest_upload = discord::largest_upload; // attachment_size_limit
};

struct InteractionTranslation {
    std::optional<Interaction> interaction; // none: it cannot be answered
    Translation translation;                // ignored: for nobody but us (autocomplete, ping)
};

InteractionTranslation translate_interaction(json::View data, World& world, bool ephemeral);

// The body of the first answer, POST /interactions/:id/:token/callback.
std::string acknowledgement_body(const Interaction& interaction);

} // namespace openclaw::discord
