// worker/spec.h — one kind of worker as data: what it is, how it is kept alive, what it may do.
//
// The supervisor has no `if` on a channel's name: it reads these rows. Rows live beside the config struct of
// their kind (common/config/channels/<name>.h) and are listed in common/config/channels/all.h.
#pragma once

#include "common/base/clock.h"
#include "common/ipc/permit.h"
#include "proto/worker.pb.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace openclaw {

// Exit codes of our workers; explained in words by explain_exit() (supervisor/process/death_tally.h).
enum class ExitCode : int {
    clean = 0,        // asked to leave, and left
    failed = 1,       // an error it could not handle; it said Fault first
    link_lost = 70,   // the supervisor is gone
    refused = 71,     // protocol number differs
    bad_config = 78,  // EX_CONFIG: no restart before the config changes
    logged_out = 79,  // the platform refuses the credentials: no restart before the operator acts
};

enum class Instance { single, account }; // one process, or one for each configured account

struct GiveUp {
    int deaths = 8;
    Milliseconds within = std::chrono::minutes(10);
};

struct RestartRule {
    Milliseconds first{500};
    double factor = 2.0;
    Milliseconds max = std::chrono::seconds(60);
    double jitter = 0.2;                            // ± this share
    Milliseconds healthy_after = std::chrono::minutes(5); // served this long: the next death restarts at once
    GiveUp give_up;                                 // then "failed", which decays by itself after `within`
    std::array<ExitCode, 2> never_after{ExitCode::bad_config, ExitCode::logged_out};
};

struct Limits {
    Milliseconds ready_within = std::chrono::seconds(20);
    Milliseconds drain_within = std::chrono::seconds(10);
    Milliseconds term_within = std::chrono::seconds(5); // from TERM to KILL
    Milliseconds ping_every = std::chrono::seconds(15);
    Milliseconds ping_late = std::chrono::seconds(3);   // shown as unresponsive
    int pings_missed = 3;                               // then TERM, then KILL
    std::uint64_t memory = 256ull << 20;                // address space, RLIMIT_AS
    std::uint64_t files = 64;                           // RLIMIT_NOFILE
};

struct WorkerSpec {
    wire::WorkerKind kind;
    std::string_view name;            // "telegram": the config section and the worker id's first part
    std::string_view label;           // "Telegram": for people
    std::string_view program;         // "openclaw-worker-telegram"
    Instance one_per = Instance::single;
    bool is_channel = false;
    RestartRule restart;
    Limits limits;
    ipc::PermitTable permits;
    std::array<std::string_view, 4> secret_fields{}; // config keys handed over as secrets, never as settings
};

} // namespace openclaw
