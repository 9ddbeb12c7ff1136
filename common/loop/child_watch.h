// loop/child_watch.h — the death of a process, noticed through its pidfd (Linux 5.3).
//
// The same code serves children we spawned and children adopted after exec.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"

#include <sys/types.h>

namespace openclaw {

// How a process ended: by exit code, or by signal.
struct ExitStatus {
    int code = 0;
    int signal = 0; // 0: it exited by itself
    bool core_dumped = false;
};

class ChildWatch {
  public:
    using OnExit = std::move_only_function<void(ExitStatus)>;

    // Reaps `pid` and calls `on_exit` once. Fails when there is no such child.
    static Result<std::unique_ptr<ChildWatch>> create(Loop& loop, pid_t pid, OnExit on_exit);

    // Sends a signal to exactly this process, never to another one with a reused pid.
    void signal(int number) const;

  private:
    ChildWatch(Loop& loop, pid_t pid, UniqueFd pidfd, OnExit on_exit);
    void reap();

    pid_t pid_;
    UniqueFd pidfd_;
    OnExit on_exit_;
    FdWatch watch_;
};

} // namespace openclaw
