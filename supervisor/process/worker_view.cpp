#include "supervisor/process/worker_view.h"

#include "supervisor/process/worker.h"

namespace openclaw::process {

namespace {

// So many short lives in a row are no accident any more.
constexpr std::size_t crash_loop_deaths = 8;
// So long a life must serve to have been of use.
constexpr Milliseconds useful_after = std::chrono::minutes(1);

} // namespace

void Worker::show_crashes(WorkerView& view, Instant now) const {
    if (tally_.total() == 0) return;
    view.crashes = tally_.crashes_in_a_row(wanted_.spec->restart.healthy_after);
    view.crash_loop = tally_.crash_loop(crash_loop_deaths, useful_after);
    if (state_ != State::ready) return;
    view.believed_at = *life_->ready_at + useful_after;
    if (view.believed_at <= now) view.crash_loop.reset();
}

WorkerView Worker::view(Measure measure) {
    const Instant now = loop_.clock().now();
    const auto colon = id_.find(':');
    WorkerView view;
    view.id = id_;
    view.kind = wanted_.spec->name;
    view.account = colon == std::string::npos ? "" : id_.substr(colon + 1);
    view.label = wanted_.spec->label;
    view.is_channel = wanted_.spec->is_channel;
    view.state = state_;
    view.reason = reason_;
    if (state_ == State::down && hold_ == Hold::stopped) view.reason = "stopped by the operator";
    if (state_ == State::down && hold_ == Hold::paused)
        view.reason = "paused by the operator; `openclaw workers resume " + id_ + "` ends it";
    view.since = since_;
    view.since_ms = since_ms_;
    view.is_stopped_by_operator = hold_ != Hold::none;
    view.is_paused = hold_ == Hold::paused;
    view.wanted_since = wanted_since_;
    view.contact_every = wanted_.spec->contact_every;
    view.needs_operator = state_ == State::failed && next_try_ms_ == 0;
    view.fault_code = fault_code_;
    view.restarts = lives_ == 0 ? 0 : lives_ - 1;
    view.deaths_10min = tally_.within(std::chrono::minutes(10), now);
    view.failed_starts = tally_.unready_in_a_row();
    show_crashes(view, now);
    view.deaths = tally_.newest_first();
    view.attempt = attempt_;
    view.next_try_ms = next_try_ms_;
    if (life_) life_->show(view, now, measure);
    return view;
}

} // namespace openclaw::process
