// loop/fd_watch.h — tells when a file descriptor is ready. Does not own the descriptor:
// destroy the watch before closing it. May be destroyed inside its own callback.
#pragma once

#include "common/loop/loop.h"

namespace openclaw {

struct Ready {
    bool readable = false;
    bool writable = false;
    bool hung_up = false; // the peer is gone or the descriptor is in error; reading tells which
};

class FdWatch {
  public:
    using OnReady = std::move_only_function<void(Ready)>;

    FdWatch(Loop& loop, int fd, OnReady on_ready);
    ~FdWatch();
    FdWatch(const FdWatch&) = delete;
    FdWatch& operator=(const FdWatch&) = delete;

    void want(bool readable, bool writable); // both false: rest

  private:
    struct Handle;
    Handle* handle_;
};

} // namespace openclaw
