// worker/spec.h — one kind of worker as data: what it is, how it is kept alive, what it may do.
//
// The supervisor has no `if` on a channel's name: it reads these rows. Rows live beside the config
// struct of their kind (common/config/channels/<name>.h) and are listed in
// common/config/channels/all.h.
#pragma once

#include "common/base/clock.h"
#include "common/ipc/permit.h"
#include "common/sandbox/profile.h"
#include "proto/worker.pb.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace openclaw {

// Exit codes of our workers; explained in words by explain_exit()
// (supervisor/process/death_tally.h).
enum class ExitCode : int {
    clean = 0,       // asked to leave, and left
    failed = 1,      // an error it could not handle; it said Fault first
    misused = 64,    // EX_USAGE: started by hand, there is no link
    link_lost = 70,  // the supervisor is gone
    refused = 71,    // protocol number differs
    bad_config = 78, // EX_CONFIG: no restart before the config changes
    logged_out = 79, // the platform refuses the credentials: no restart before the operator acts
};

enum class Instance { single, account }; // one process, or one for each configured account

// So many deaths in a row, all within this time: "failed", which decays by itself after `within`.
struct GiveUp {
    int deaths = 8;
    Milliseconds within = std::chrono::minutes(10);
};

// How long to wait after a death. Judged by supervisor/process/judgement.h; told in docs/ipc.md.
//   before Ready         a structural fault: first, doubling up to `max`, then give_up
//   before healthy_after first, doubling up to `served_max`: a served life is soon replaced,
//                        however often somebody kills it. What dies of itself more than
//                        `quick_returns` times in a row meets the same thing again and again: its
//                        pause doubles up to `max`, then give_up_served
//   after it             at once
struct RestartRule {
    Milliseconds first{500};
    double factor = 2.0;
    Milliseconds max = std::chrono::seconds(60);
    Milliseconds served_max = std::chrono::seconds(1);
    double jitter = 0.2; // ± this share
    Milliseconds healthy_after = std::chrono::minutes(5);
    GiveUp give_up;
    int quick_returns = 4;
    GiveUp give_up_served{.deaths = 12};
    std::array<ExitCode, 2> never_after{ExitCode::bad_config, ExitCode::logged_out};
};

// A hung worker is dead ping_every + hung_after (13 s) after its last sign of life, and replaced
// within 15 s.
struct Limits {
    Milliseconds ready_within = std::chrono::seconds(10);
    Milliseconds drain_within = std::chrono::seconds(10);
    Milliseconds term_within = std::chrono::seconds(5); // from TERM to KILL
    Milliseconds ping_every = std::chrono::seconds(5);
    Milliseconds ping_late =
        std::chrono::seconds(2); // no answer for so long: shown as unresponsive
    Milliseconds hung_after = std::chrono::seconds(8); // no answer for so long: KILL
    std::uint64_t memory = 256ull << 20;               // address space, RLIMIT_AS: the hard limit
    // Resident memory above which it is drained and replaced, but not before so long after Ready:
    // a worker that needs so much from its first moment would be replaced without end.
    std::uint64_t soft_memory = 128ull << 20;
    Milliseconds recycle_not_before = std::chrono::minutes(1);
    std::uint64_t files = 64; // RLIMIT_NOFILE
};

// One thing a worker may talk to. Who is not named is refused (supervisor/policy/reach.h).
struct Reach {
    std::string_view address{}; // "api.telegram.org:443"; "*.discord.gg:443": any name below it
    // The key of the worker's settings in which the operator may write a URL of his own. Its host
    // then stands instead of `address`, and may lie in a private network.
    std::string_view setting{};
};

struct WorkerSpec {
    wire::WorkerKind kind;
    std::string_view name;    // "telegram": the config section and the worker id's first part
    std::string_view label;   // "Telegram": for people
    std::string_view program; // "openclaw-worker-telegram"
    Instance one_per = Instance::single;
    bool is_channel = false;
    bool leaves_last = false; // the others need it to finish what they accepted
    RestartRule restart;
    Limits limits;
    // When all is well the platform answers at least this often; 0: it speaks when it likes, and
    // silence says nothing (supervisor/policy/health.h).
    Milliseconds contact_every{0};
    sandbox::Profile sandbox; // nothing, unless the row says more
    ipc::PermitTable permits;
    std::array<std::string_view, 4>
        secret_fields{}; // config keys handed over as secrets, never as settings
    std::array<Reach, 8> reaches{};
};

} // namespace openclaw
