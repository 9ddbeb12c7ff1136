#include "common/loop/loop.h"

#include "common/base/check.h"

#include <uv.h>

#include <vector>

namespace openclaw {

struct Loop::State {
    uv_loop_t loop{};
    uv_prepare_t before_poll{};
    uv_check_t after_poll{};
    uv_idle_t
        more{}; // active only while deferred work is left over, so that the poll does not wait
    SystemClock clock;
    std::vector<Task> deferred;
    bool running_deferred = false;
};

namespace {

struct PoolJob {
    uv_work_t request{};
    Task work;
    Task done;
};

} // namespace

static void run_deferred(std::vector<Task>& queue, bool& running) {
    if (queue.empty() || running) return;
    running = true;
    std::vector<Task> batch;
    batch.swap(queue);
    for (auto& task : batch)
        task();
    running = false;
}

Loop::Loop()
    : state_(std::make_unique<State>()) {
    CHECK_INVARIANT(uv_loop_init(&state_->loop) == 0);
    state_->loop.data = state_.get();
    uv_prepare_init(&state_->loop, &state_->before_poll);
    uv_check_init(&state_->loop, &state_->after_poll);
    uv_idle_init(&state_->loop, &state_->more);
    uv_prepare_start(&state_->before_poll, [](uv_prepare_t* handle) {
        auto* state = static_cast<State*>(handle->loop->data);
        run_deferred(state->deferred, state->running_deferred);
        if (state->deferred.empty())
            uv_idle_stop(&state->more);
        else
            uv_idle_start(&state->more, [](uv_idle_t*) {});
    });
    uv_check_start(&state_->after_poll, [](uv_check_t* handle) {
        auto* state = static_cast<State*>(handle->loop->data);
        run_deferred(state->deferred, state->running_deferred);
    });
}

Loop::~Loop() {
    uv_walk(
        &state_->loop,
        [](uv_handle_t* handle, void*) {
            if (uv_is_closing(handle) == 0) uv_close(handle, nullptr);
        },
        nullptr);
    uv_run(&state_->loop, UV_RUN_DEFAULT);
    uv_loop_close(&state_->loop);
}

void Loop::run() {
    uv_run(&state_->loop, UV_RUN_DEFAULT);
}

void Loop::stop() {
    uv_stop(&state_->loop);
}

void Loop::turn(bool wait) {
    uv_run(&state_->loop, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

void Loop::defer(Task task) {
    state_->deferred.push_back(std::move(task));
}

void Loop::on_pool(Task work, Task done) {
    auto* job = new PoolJob{.work = std::move(work), .done = std::move(done)};
    job->request.data = job;
    uv_queue_work(
        &state_->loop, &job->request,
        [](uv_work_t* request) { static_cast<PoolJob*>(request->data)->work(); },
        [](uv_work_t* request, int) {
            const std::unique_ptr<PoolJob> finished(static_cast<PoolJob*>(request->data));
            finished->done();
        });
}

const Clock& Loop::clock() const {
    return state_->clock;
}

void* Loop::native() {
    return &state_->loop;
}

} // namespace openclaw
