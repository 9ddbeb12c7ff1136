// process/patience.h — the extra moment before a deadline is called missed. When the supervisor
// itself was stopped or asleep, timers come due before the sockets are read: what has arrived
// meanwhile must be heard first.
#pragma once

#include "common/loop/timer.h"

#include <utility>

namespace openclaw::process {

inline constexpr Milliseconds one_more_look{50};

inline void start_patiently(Timer& timer, Milliseconds deadline, Task missed) {
    timer.start(deadline, [&timer, missed = std::move(missed)]() mutable {
        timer.start(one_more_look, std::move(missed));
    });
}

} // namespace openclaw::process
