// loop/loop.h — one uv loop for one process. The only room that includes uv.h.
//
// Everything in a process runs here, one callback at a time; a callback that blocks blocks the
// process. The loop is made in main and passed by reference; everything that holds a reference dies
// before it. A "turn" is one pass: timers, then all I/O that was ready, then deferred work.
#pragma once

#include "common/base/clock.h"

#include <functional>
#include <memory>

namespace openclaw {

using Task = std::move_only_function<void()>;

class Loop {
  public:
    Loop();
    ~Loop(); // closes what is left and drains close callbacks
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void run(); // until stop()
    void stop();
    // One pass over what is ready now, waiting at most for the next event when `wait`. For tests.
    void turn(bool wait = true);

    // Runs `task` at the end of this turn, after all I/O that was ready has been read:
    // the place to answer many things with one action (group commit, one write for many frames).
    void defer(Task task);

    // Runs `work` on libuv's pool and then `done` on this loop. `work` must touch nothing of ours
    // that the loop also touches. For file sync and the ledger only; order between works is not
    // promised.
    void on_pool(Task work, Task done);

    const Clock& clock() const;
    void* native(); // uv_loop_t*, for libraries that take a foreign loop

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace openclaw
