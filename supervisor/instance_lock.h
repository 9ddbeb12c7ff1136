// supervisor/instance_lock.h — one gateway for one state directory.
//
// flock(2) on an open descriptor: the kernel drops it with the process, so nothing is ever stale
// (OPS.md §5). The file's body names the owner for people; only the lock decides.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <string>

namespace openclaw {

class InstanceLock {
  public:
    // Creates `path` (and its directory, 0700). Errors: busy ("gateway already running (pid N) …"),
    // unavailable.
    static Result<InstanceLock> take(const std::string& path);

    // Held already: by the image before this one. The lock is the open file's, not the process's.
    static InstanceLock adopt(UniqueFd fd) { return InstanceLock(std::move(fd)); }

    UniqueFd duplicate() const; // survives exec

    // Rewrites the body: who holds the lock and where it listens.
    void describe(int port) const;

  private:
    explicit InstanceLock(UniqueFd fd)
        : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

} // namespace openclaw
