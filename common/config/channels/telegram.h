// config/channels/telegram.h — the Telegram channel's row: one process for each configured bot.
#pragma once

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
    .permits = ipc::channel_permits,
    .secret_fields = {"botToken"},
};

} // namespace openclaw::config
