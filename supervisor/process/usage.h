// process/usage.h — memory and processor time of one process, from /proc. Reading is about a
// millisecond: on demand only.
#pragma once

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

    // None when the process is gone.
    std::optional<Usage> look(Instant now);

  private:
    pid_t pid_;
    Instant looked_at_;
    Milliseconds cpu_before_{0};
    double ratio_ = 0;
};

} // namespace openclaw::process
