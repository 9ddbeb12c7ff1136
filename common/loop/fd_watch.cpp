#include "common/loop/fd_watch.h"

#include "common/base/check.h"

#include <uv.h>

namespace openclaw {

struct FdWatch::Handle {
    uv_poll_t poll{};
    OnReady on_ready;
    bool destroyed = false;
    int wanted = 0;
};

FdWatch::FdWatch(Loop& loop, int fd, OnReady on_ready)
    : handle_(new Handle) {
    handle_->on_ready = std::move(on_ready);
    CHECK_INVARIANT(uv_poll_init(static_cast<uv_loop_t*>(loop.native()), &handle_->poll, fd) == 0);
    handle_->poll.data = handle_;
}

FdWatch::~FdWatch() {
    handle_->destroyed = true;
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&handle_->poll)) != 0) return;
    uv_poll_stop(&handle_->poll);
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_->poll),
             [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

void FdWatch::want(bool readable, bool writable) {
    const int events = (readable ? UV_READABLE | UV_DISCONNECT : 0) | (writable ? UV_WRITABLE : 0);
    if (events == handle_->wanted) return;
    handle_->wanted = events;
    if (events == 0) {
        uv_poll_stop(&handle_->poll);
        return;
    }
    uv_poll_start(&handle_->poll, events, [](uv_poll_t* poll, int status, int seen) {
        auto* handle = static_cast<Handle*>(poll->data);
        if (handle->destroyed) return;
        if (status < 0)
            handle->wanted =
                0; // libuv has stopped the poll (uv__poll_io on POLLERR): want() starts it again
        // `handle` is freed in the close callback, later than this call even when the watch is
        // destroyed in it.
        handle->on_ready({.readable = (seen & UV_READABLE) != 0,
                          .writable = (seen & UV_WRITABLE) != 0,
                          .hung_up = status < 0 || (seen & UV_DISCONNECT) != 0});
    });
}

} // namespace openclaw
