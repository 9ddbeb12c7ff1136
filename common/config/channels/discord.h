// config/channels/discord.h — the Discord channel's row: one process for each configured bot.
#pragma once

#include "common/config/channels/discord_token.h"
#include "common/config/channels/row.h"
#include "common/ipc/permits.h"
#include "common/worker/spec.h"

namespace openclaw::config {

inline constexpr WorkerSpec discord_worker = {
    .kind = wire::WORKER_DISCORD,
    .name = "discord",
    .label = "Discord",
    .program = "openclaw-worker-discord",
    .one_per = Instance::account,
    .is_channel = true,
    .restart = {},
    .limits = {},
    .contact_every = std::chrono::seconds(45), // a heartbeat is acknowledged every 41.25 s
    .sandbox = {.reads_certificates = true},
    .permits = ipc::channel_permits,
    .secret_fields = {"token"},
    // The API, the gateway it names, and the gateway a session is resumed at (gateway-us-east1-b…).
    .reaches = {{{.address = "discord.com:443", .setting = "apiRoot"},
                 {.address = "*.discord.gg:443", .setting = "apiRoot"},
                 // Files of messages (DISCORD.md 3.7).
                 {.address = "cdn.discordapp.com:443", .setting = "apiRoot"},
                 {.address = "media.discordapp.net:443", .setting = "apiRoot"}}},
};

extern const Section discord_section;

inline constexpr ChannelRow discord_channel = {
    .spec = &discord_worker,
    .fields = &discord_section,
    .credential = {.field = "token",
                   .file_key = "tokenFile",
                   .variable = "DISCORD_BOT_TOKEN",
                   .check = check_discord_token},
    .id_prefixes = {"user:"},
    .streaming = StreamingMode::off, // CONFIG.md 5.4
    .text_chunk_limit = 2000,
    .abilities = {.chat_types = {"direct", "channel", "thread"},
                  .reactions = true,
                  .edit = true,
                  .unsend = true,
                  .reply = true,
                  .threads = true,
                  .media = true,
                  .native_commands = true,
                  .actions = {"react", "edit", "delete", "pin", "unpin", "list-pins", "read",
                              "thread-create"},
                  .groups = true},
};

} // namespace openclaw::config
