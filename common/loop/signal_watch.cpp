#include "common/loop/signal_watch.h"

#include <uv.h>

namespace openclaw {

struct SignalWatch::Handle {
    uv_signal_t signal{};
    Task on_signal;
};

SignalWatch::SignalWatch(Loop& loop, int signal_number, Task on_signal)
    : handle_(new Handle) {
    handle_->on_signal = std::move(on_signal);
    uv_signal_init(static_cast<uv_loop_t*>(loop.native()), &handle_->signal);
    handle_->signal.data = handle_;
    uv_signal_start(
        &handle_->signal,
        [](uv_signal_t* signal, int) { static_cast<Handle*>(signal->data)->on_signal(); },
        signal_number);
}

SignalWatch::~SignalWatch() {
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&handle_->signal)) != 0) return;
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_->signal),
             [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

} // namespace openclaw
