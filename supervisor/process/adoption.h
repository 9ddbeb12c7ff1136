// process/adoption.h — what a new image of the supervisor must know of a worker to go on with it.
//
// Made by Workers::hand_over() just before exec, eaten by Workers::adopt() just after. A process is
// handed over only while it serves; one in another state is killed and reaped there, and begins
// anew.
#pragma once

#include "common/base/sighting.h"
#include "common/ipc/link.h"
#include "supervisor/process/death_tally.h"
#include "supervisor/process/spawn.h"
#include "supervisor/process/worker_view.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::process {

struct ServingProcess {
    Birth birth; // its descriptors survive exec
    ipc::LinkFacts link;
    std::uint64_t generation = 0;
    std::int64_t started_ms = 0;
    Instant born{}, ready_at{};
    std::string build_id, sandbox;
    std::vector<SandboxLayer> layers;
    Sighting upstream; // the platform's last answer
    UniqueFd memory;   // its smaps_rollup, if we have it open (process/usage.h)
};

struct WorkerFacts {
    std::string id;
    std::uint64_t fingerprint = 0;
    std::uint64_t lives = 0;
    bool is_held = false;   // stopped by the operator
    bool is_paused = false; // that is how
    std::string fault_code;
    std::vector<Death> deaths; // newest first
    std::uint64_t deaths_total = 0, deaths_forgiven = 0;
    Instant wanted_since{};       // it should serve since; Instant{}: not known, or it should not
    bool has_failed = false;      // given up, or resting before the next try
    bool is_given_up = false;     // … which of them
    std::string reason;           // of that
    std::uint32_t attempt = 0;    // …
    Instant next_try{};           // … Instant{}: only the operator helps
    std::int64_t next_try_ms = 0; // … for people
    std::optional<ServingProcess> process;
};

} // namespace openclaw::process
