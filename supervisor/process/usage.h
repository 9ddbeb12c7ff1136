// process/usage.h — memory and processor time of one process, from /proc. Reading is about a
// millisecond: on demand only.
#pragma once

#include "common/base/unique_fd.h"
#include "supervisor/process/worker_view.h"

#include <optional>

namespace openclaw::process {

// What is in memory now, from statm: some microseconds. 0 when the process is gone.
std::uint64_t resident_bytes(pid_t pid);

class UsageMeter {
  public:
    UsageMeter(pid_t pid, Instant born)
        : pid_(pid)
        , looked_at_(born) {}

    // Opens what only the owner of a process may: for one that is about to shut itself off
    // (sandbox/privileges). Not before it runs its own program: until then its memory is ours.
    void hold();
    // … and what hold() opened, for the next image of the supervisor and in it. None: nothing held.
    UniqueFd duplicate() const;

    void hold(UniqueFd rollup) { rollup_ = std::move(rollup); }

    // None when the process is gone. Without hold(), and not allowed to look: the share (PSS) is 0.
    std::optional<Usage> look(Instant now);

  private:
    pid_t pid_;
    UniqueFd rollup_; // of its memory; the right to read it is judged when it is opened
    Instant looked_at_;
    Milliseconds cpu_before_{0};
    double ratio_ = 0;
};

} // namespace openclaw::process
