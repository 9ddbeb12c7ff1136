// config/egress.h — the row of egress: the only process that opens internet sockets.
#pragma once

#include "common/ipc/permits.h"
#include "common/worker/spec.h"

namespace openclaw::config {

inline constexpr WorkerSpec egress_worker = {
    .kind = wire::WORKER_EGRESS,
    .name = "egress",
    .label = "Egress",
    .program = "openclaw-worker-egress",
    .one_per = Instance::single,
    .is_channel = false,
    .leaves_last = true,
    // Everybody waits for it: the first pause is short.
    .restart = {.first = Milliseconds(50)},
    // Files: two for each of 2048 streams, two more while a connection has two candidates.
    .limits = {.drain_within = std::chrono::seconds(5),
               .memory = 512ull << 20,
               .soft_memory = 256ull << 20,
               .files = 8192},
    .sandbox = {.net = sandbox::Net::client_stream},
    .permits = ipc::egress_permits,
    .secret_fields = {},
};

} // namespace openclaw::config
