// process/worker_view.h — everything there is to show about one worker. A value; made on demand.
//
// What is judged has an Instant, of the clock that neither jumps nor runs while the machine sleeps;
// the times in `_ms` beside it are the wall clock's, for people.
#pragma once

#include "common/ipc/link.h"
#include "supervisor/process/death_tally.h"
#include "supervisor/process/lifecycle.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace openclaw::process {

// What the kernel says about a process.
struct Usage {
    std::uint64_t rss_bytes = 0;
    std::uint64_t pss_bytes = 0;
    Milliseconds cpu{0};  // user and system, since its birth
    double cpu_ratio = 0; // of one core: since the last look, or since birth at the first
};

// What the worker says about itself, in its last Pong.
struct Health {
    Instant at{};           // when it came
    std::int64_t at_ms = 0; // … for people
    std::int64_t round_trip_us = 0;
    std::uint32_t queued = 0;
    std::uint32_t in_flight = 0;
    std::uint32_t credits = 0;
    // The platform's last answer by the worker's word; 0: never. For people: the wall clock may
    // have been set since.
    std::int64_t last_upstream_ms = 0;
};

// One wall of its sandbox, as the worker reported it in Ready (proto/worker.proto).
struct SandboxLayer {
    std::string name;
    bool holds = false;
    std::string detail;
    bool is_spare = false;
};

struct WorkerView {
    std::string id;      // "telegram:default"
    std::string kind;    // "telegram"
    std::string account; // "default"; empty where there is one for all
    std::string label;   // "Telegram"

    State state = State::down;
    bool is_channel = false;
    bool is_stopped_by_operator = false;
    bool is_paused = false;      // so that it stays over a restart of the gateway
    bool needs_operator = false; // no restart helps: credentials, configuration
    std::string fault_code;      // of the last Fault in this or the last life: "auth_failed"
    std::string reason;          // why it is in this state, in one sentence
    Instant since{};             // in this state
    std::int64_t since_ms = 0;   // … for people
    Instant wanted_since{};      // it should serve since; Instant{}: it should not
    // The platform answers at least this often when all is well; 0: no such promise.
    Milliseconds contact_every{0};

    // This life. Zero and empty when there is no process.
    pid_t pid = 0;
    std::uint64_t generation = 0;
    std::int64_t started_ms = 0;
    Milliseconds uptime{0};
    std::string build_id;
    std::string sandbox; // "whole", "without files", "none"
    std::vector<SandboxLayer> layers;
    bool is_unresponsive = false; // a ping is late
    std::optional<Health> health;
    Instant last_upstream{}; // the platform's last answer; Instant{}: never
    ipc::LinkCounters link;
    std::optional<Usage> usage; // only when measured

    // Earlier lives.
    std::uint64_t restarts = 0;
    std::size_t deaths_10min = 0;  // faults only
    std::size_t failed_starts = 0; // deaths before Ready in a row
    std::size_t crashes = 0;       // deaths of itself in a row, each after short service or none
    // It dies again and again, and this life, if any, has not yet served for long enough to be
    // believed; it is from `believed_at` on.
    std::optional<CrashLoop> crash_loop;
    Instant believed_at{};        // Instant{}: it does not serve
    std::vector<Death> deaths;    // newest first
    std::uint32_t attempt = 0;    // of the pause: 1 for the first
    std::int64_t next_try_ms = 0; // in backoff and failed; 0: only the operator helps
};

} // namespace openclaw::process
