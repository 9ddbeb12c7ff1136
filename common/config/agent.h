// config/agent.h — the agent worker's row: one process holds the model provider keys and runs every
// turn. It reaches the hosts of models.providers.*.baseUrl and no other (supervisor/reach_table.h).
#pragma once

#include "common/ipc/permits.h"
#include "common/worker/spec.h"

namespace openclaw::config {

inline constexpr WorkerSpec agent_worker = {
    .kind = wire::WORKER_AGENT,
    .name = "agent",
    .label = "Agent",
    .program = "openclaw-worker-agent",
    .one_per = Instance::single,
    .is_channel = false,
    .restart = {},
    // Files: each of 256 runs has a connection and a transcript, and two more during a name lookup.
    .limits = {.memory = 1024ull << 20, .soft_memory = 512ull << 20, .files = 2048},
    .sandbox = {.reads_certificates = true},
    .permits = ipc::agent_permits,
    .secret_fields = {},
};

} // namespace openclaw::config
