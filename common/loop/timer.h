// loop/timer.h — a one-shot timer that may be destroyed at any moment, its own callback included.
#pragma once

#include "common/loop/loop.h"

namespace openclaw {

class Timer {
  public:
    explicit Timer(Loop& loop);
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // Replaces what was planned. `task` runs once, after at least `delay`.
    void start(Milliseconds delay, Task task);
    // Runs `task` every `period` until stop(). For clocks that users see (ticks, pings), not for
    // polling.
    void repeat(Milliseconds period, Task task);
    void stop();
    bool is_active() const;

  private:
    struct Handle;
    Handle* handle_; // frees itself in libuv's close callback
};

} // namespace openclaw
