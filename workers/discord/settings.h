// discord/settings.h — the account's part of channels.discord that this worker acts on.
//
// Read from Configure.settings_json (root and account merged, secrets left out). Who may speak, and
// where, is the supervisor's: those keys are not looked at here.
#pragma once

#include "common/base/result.h"
#include "workers/discord/chunk.h"
#include "workers/discord/payload.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::discord {

struct Settings {
    std::string account = "default";
    std::string api_root = "https://discord.com/api/v10"; // no slash at the end
    std::string gateway = "wss://gateway.discord.gg";     // when the server does not say
    // Where files of messages lie (DISCORD.md 3.7); with another apiRoot, there.
    std::vector<std::string> file_origins = {"https://cdn.discordapp.com",
                                             "https://media.discordapp.net"};
    std::size_t most_media_bytes = 100u << 20; // of one file: mediaMaxMb
    std::string user_agent; // Discord blocks agents of another form (API reference, "User Agent")
    ChunkRule chunk;
    bool previews = false;            // DISCORD.md 2.4: off unless asked for
    bool reply_on_every_part = false; // replyToMode "all"
    bool suppress_embeds = true;
    bool ephemeral_commands = true;
    bool registers_commands = true;
    std::uint32_t intents = 0;
    Presence presence;
};

// Errors: invalid, when a value cannot be right.
Result<Settings> read_settings(std::string_view instance, std::string_view json);

} // namespace openclaw::discord
