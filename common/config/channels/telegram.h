// config/channels/telegram.h — the Telegram channel's row: one process for each configured bot.
#pragma once

#include "common/config/channels/row.h"
#include "common/ipc/permits.h"
#include "common/worker/spec.h"

namespace openclaw::config {

inline constexpr WorkerSpec telegram_worker = {
    .kind = wire::WORKER_TELEGRAM,
    .name = "telegram",
    .label = "Telegram",
    .program = "openclaw-worker-telegram",
    .one_per = Instance::account,
    .is_channel = true,
    .restart = {},
    .limits = {},
    .contact_every = std::chrono::seconds(30), // a long poll rests so long (workers/telegram/poll)
    .sandbox = {.reads_certificates = true},
    .permits = ipc::channel_permits,
    .secret_fields = {"botToken"},
    .reaches = {{{.address = "api.telegram.org:443", .setting = "apiRoot"}}},
};

extern const Section telegram_section;

inline constexpr ChannelRow telegram_channel = {
    .spec = &telegram_worker,
    .fields = &telegram_section,
    .credential = {.field = "botToken", .file_key = "tokenFile", .variable = "TELEGRAM_BOT_TOKEN"},
    .id_prefixes = {"tg:"},
    // The original: progress, which shows a plain answer only when it is whole. Ours grows
    // (docs/differences.md).
    .streaming = StreamingMode::partial,
    .text_chunk_limit = 4000,
    // BEHAVIOUR.md A3.1. A client splits what is longer than 4096 (TELEGRAM.md 5.4).
    .patience = {.pause = Milliseconds(300),
                 .paste_characters = 4000,
                 .paste_pause = Milliseconds(1500)},
    .abilities = {.chat_types = {"direct", "group", "channel", "thread"},
                  .polls = true,
                  .reactions = true,
                  .edit = true,
                  .unsend = true,
                  .reply = true,
                  .threads = true,
                  .native_commands = true,
                  .actions = {"react", "edit", "delete", "pin", "unpin", "poll", "thread-create",
                              "thread-edit"}},
};

} // namespace openclaw::config
