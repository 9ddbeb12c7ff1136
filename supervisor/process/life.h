// process/life.h — what is known of one life of a worker, from the attempt to start it to its
// burial.
#pragma once

#include "common/base/sighting.h"
#include "supervisor/process/usage.h"
#include "supervisor/process/worker_process.h"
#include "supervisor/process/workers.h"

#include <memory>
#include <optional>
#include <string>

namespace openclaw::process {

struct Life {
    std::uint64_t generation = 0;
    Instant born;
    std::int64_t started_ms = 0;
    std::unique_ptr<WorkerProcess> process; // null: it could not be started
    std::optional<UsageMeter> meter;
    std::optional<Instant> ready_at;
    std::string build_id;
    std::string sandbox; // the level it reached, in words
    std::vector<SandboxLayer> layers;
    std::string cannot_start;                    // why there is no process
    std::string fault;                           // the sentence of its Fault frame
    wire::Cause cause = wire::CAUSE_UNSPECIFIED; // of that frame
    std::int64_t not_before_ms = 0;              // of that frame
    std::string kill_reason;                     // why we killed it; the first reason stays
    std::string
        asked_because;      // why it was told to leave; empty: the roster or the operator said so
    bool was_asked = false; // to leave
    bool is_unresponsive = false;
    Sighting upstream; // the platform's last answer
    ExitStatus exit;

    void blame(std::string reason) {
        if (kill_reason.empty()) kill_reason = std::move(reason);
    }

    Death obituary(const Clock& clock) const;
    void show(WorkerView& view, Instant now, Measure measure);

  private:
    std::string words() const;
    std::string forbidden_call() const; // empty: it did not die of one
};

} // namespace openclaw::process
