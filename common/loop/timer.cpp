#include "common/loop/timer.h"

#include <uv.h>

#include <algorithm>

namespace openclaw {

struct Timer::Handle {
    uv_timer_t timer{};
    Task task;
    bool once = true;
};

static std::uint64_t at_least_zero(Milliseconds delay) {
    return static_cast<std::uint64_t>(std::max<Milliseconds::rep>(delay.count(), 0));
}

Timer::Timer(Loop& loop)
    : handle_(new Handle) {
    uv_timer_init(static_cast<uv_loop_t*>(loop.native()), &handle_->timer);
    handle_->timer.data = handle_;
}

Timer::~Timer() {
    handle_->task = nullptr;
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&handle_->timer)) != 0) return;
    uv_timer_stop(&handle_->timer);
    uv_close(reinterpret_cast<uv_handle_t*>(&handle_->timer),
             [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

void Timer::start(Milliseconds delay, Task task) {
    handle_->task = std::move(task);
    handle_->once = true;
    uv_update_time(handle_->timer.loop); // a long turn must not shorten the delay
    uv_timer_start(
        &handle_->timer,
        [](uv_timer_t* timer) {
            auto* handle = static_cast<Handle*>(timer->data);
            Task due = std::move(handle->task); // the callback may destroy or restart this timer
            due();
        },
        at_least_zero(delay), 0);
}

void Timer::repeat(Milliseconds period, Task task) {
    handle_->task = std::move(task);
    handle_->once = false;
    uv_timer_start(
        &handle_->timer,
        [](uv_timer_t* timer) {
            auto* handle = static_cast<Handle*>(timer->data);
            // Destroyed inside its own callback: `handle` lives until the close callback, the task
            // only on this stack.
            Task due = std::move(handle->task);
            due();
            const bool closed = uv_is_closing(reinterpret_cast<uv_handle_t*>(timer)) != 0;
            const bool goes_on = !closed && !handle->once &&
                                 uv_is_active(reinterpret_cast<uv_handle_t*>(timer)) != 0;
            if (goes_on && !handle->task) handle->task = std::move(due);
        },
        at_least_zero(period), at_least_zero(period));
}

void Timer::stop() {
    uv_timer_stop(&handle_->timer);
    handle_->task = nullptr;
}

bool Timer::is_active() const {
    return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->timer)) != 0;
}

} // namespace openclaw
