// config/channels/echo.h — the smallest channel: the template to copy, and what tests crash on
// purpose.
#pragma once

#include "common/config/channels/row.h"
#include "common/ipc/permits.h"
#include "common/worker/spec.h"

namespace openclaw::config {

inline constexpr WorkerSpec echo_worker = {
    .kind = wire::WORKER_ECHO,
    .name = "echo",
    .label = "Echo",
    .program = "openclaw-worker-echo",
    .one_per = Instance::account,
    .is_channel = true,
    .restart = {},
    .limits = {},
    .contact_every = {},
    .sandbox = {},
    .permits = ipc::channel_permits,
    .secret_fields = {},
};

extern const Section echo_section;

inline constexpr ChannelRow echo_channel = {.spec = &echo_worker,
                                            .fields = &echo_section,
                                            .abilities = {.chat_types = {"direct"},
                                                          .reactions = true,
                                                          .edit = true,
                                                          .media = true,
                                                          .actions = {"react", "edit", "read"},
                                                          .peers = true,
                                                          .groups = true}};

} // namespace openclaw::config
