// loop/signal_watch.h — a signal as a callback on the loop.
#pragma once

#include "common/loop/loop.h"

namespace openclaw {

class SignalWatch {
  public:
    SignalWatch(Loop& loop, int signal_number, Task on_signal); // on_signal runs each time
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

  private:
    struct Handle;
    Handle* handle_;
};

} // namespace openclaw
