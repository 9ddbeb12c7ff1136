#include "supervisor/process/heartbeat.h"

#include "supervisor/process/patience.h"

namespace openclaw::process {

namespace {
// A ping that found the link's outbox full is tried again so often, until it counts as unanswered.
constexpr Milliseconds try_again_after{500};
} // namespace

Heartbeat::Heartbeat(Loop& loop, ipc::Link& link, const Limits& limits, Task on_change,
                     Task on_lost)
    : clock_(loop.clock())
    , link_(link)
    , limits_(limits)
    , on_change_(std::move(on_change))
    , on_lost_(std::move(on_lost))
    , next_(loop)
    , late_(loop)
    , lost_(loop) {
    beat();
}

void Heartbeat::beat() {
    late_.start(limits_.ping_late, [this] {
        is_unresponsive_ = true;
        on_change_();
    });
    start_patiently(lost_, limits_.hung_after, [this] {
        auto tell = std::move(on_lost_); // the owner may destroy this object in the call
        tell();
    });
    ask();
}

void Heartbeat::ask() {
    wire::Frame frame;
    frame.mutable_ping()->set_sent_us(now_us());
    const Milliseconds longer_than_we_wait = limits_.hung_after + std::chrono::minutes(1);
    link_.request(frame, {}, longer_than_we_wait,
                  [this, alive = std::weak_ptr(alive_)](auto reply, const Fds&) {
                      if (!alive.expired()) on_answer(std::move(reply));
                  });
}

void Heartbeat::on_answer(Result<const wire::Frame*> reply) {
    if (reply && (*reply)->has_pong()) return on_pong((*reply)->pong());
    const bool was_full = !reply && reply.error().code == Code::busy;
    if (was_full) next_.start(try_again_after, [this] { ask(); });
}

void Heartbeat::on_pong(const wire::Pong& pong) {
    late_.stop();
    lost_.stop();
    is_unresponsive_ = false;
    health_ = Health{.at = clock_.now(),
                     .at_ms = clock_.unix_ms(),
                     .round_trip_us = now_us() - pong.sent_us(),
                     .queued = pong.queued(),
                     .in_flight = pong.in_flight(),
                     .credits = pong.credits(),
                     .last_upstream_ms = pong.last_upstream_unix_ms()};
    plan_next();
    on_change_();
}

void Heartbeat::plan_next() {
    const auto now = std::chrono::duration_cast<Milliseconds>(clock_.now().time_since_epoch());
    next_.start(limits_.ping_every - now % limits_.ping_every, [this] { beat(); });
}

std::int64_t Heartbeat::now_us() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(clock_.now().time_since_epoch())
        .count();
}

} // namespace openclaw::process
