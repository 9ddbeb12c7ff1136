// supervisor/watchdog.h — feeds the service manager's watchdog, while there is reason to.
//
// Fed from the loop, so a loop that does not turn starves it. Not fed while a worker has been
// silent for longer than its supervision allows: then it was not replaced, and what failed is we.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/process/workers.h"
#include "supervisor/service_manager.h"

namespace openclaw {

class Watchdog {
  public:
    // All outlive it. Without a watchdog in `manager` it rests.
    Watchdog(Loop& loop, const ServiceManager& manager, const process::Workers& workers);

  private:
    void feed();

    const Clock& clock_;
    const ServiceManager& manager_;
    const process::Workers& workers_;
    bool was_well_ = true;
    Timer again_;
};

// A hung worker is killed after Limits::hung_after and replaced; this is well past all of it.
inline constexpr Milliseconds silence_allowed = std::chrono::seconds(60);

// The worker that has been silent for too long; null: all are well. Pure.
const process::WorkerView* silent_too_long(const std::vector<process::WorkerView>& workers,
                                           Instant now);

} // namespace openclaw
