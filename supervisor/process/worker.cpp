#include "supervisor/process/worker.h"

#include "common/base/strings.h"
#include "common/ipc/protocol.h"
#include "common/log/log.h"
#include "supervisor/process/events.h"
#include "supervisor/process/patience.h"

#include <csignal>

namespace openclaw::process {

namespace {

std::string seconds(Milliseconds span) {
    const auto count = span.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

std::string sentence_for(State state) {
    switch (state) {
    case State::starting:
        return "started, not ready yet";
    case State::ready:
        return "serving";
    case State::draining:
        return "finishing what it accepted";
    case State::stopping:
        return "told to end";
    case State::down:
        return "stopped";
    case State::backoff:
    case State::failed:
        break; // these have their own reasons
    }
    return {};
}

} // namespace

Worker::Worker(Loop& loop, const Programs& programs, const StateOf& state_of, Listener& listener,
               std::string id)
    : loop_(loop)
    , programs_(programs)
    , state_of_(state_of)
    , listener_(listener)
    , id_(std::move(id))
    , reason_("not started yet")
    , since_(loop.clock().now())
    , since_ms_(loop.clock().unix_ms())
    , deadline_(loop)
    , log_(id_, loop.clock()) {}

Worker::~Worker() = default;

// What is wanted.

void Worker::want(WantedWorker wanted) {
    const std::uint64_t mark = process::fingerprint(wanted);
    const bool is_changed = mark != fingerprint_;
    is_wanted_ = true;
    drain_at_most_ = Milliseconds::max();
    if (is_changed) {
        wanted_ = std::move(wanted);
        fingerprint_ = mark;
        tally_.forgive();
        happen(Event::spec_changed);
    }
    note_wish();
    if (should_run()) happen(Event::want_up);
}

void Worker::note_wish() {
    if (!should_run())
        wanted_since_ = {};
    else if (wanted_since_ == Instant{})
        wanted_since_ = loop_.clock().now();
}

void Worker::unwant(Milliseconds within) {
    is_wanted_ = false;
    note_wish();
    drain_at_most_ = within;
    happen(Event::want_down);
    listener_.on_view_changed(id_);
}

void Worker::start() {
    if (!is_wanted_) return; // it is leaving for good
    hold_ = Hold::none;
    note_wish();
    tally_.forgive();
    if (state_ == State::backoff || state_ == State::failed) return happen(Event::spec_changed);
    happen(Event::want_up);
}

void Worker::stop() {
    hold_ = Hold::stopped;
    note_wish();
    happen(Event::want_down);
}

void Worker::pause() {
    stop();
    hold_ = Hold::paused;
    listener_.on_view_changed(id_);
}

void Worker::restart() {
    if (!is_wanted_) return;
    hold_ = Hold::none;
    note_wish();
    tally_.forgive();
    happen(Event::spec_changed);
    happen(Event::want_up);
}

void Worker::kill_now() {
    if (!life_ || !life_->process) return;
    life_->was_asked = true;
    life_->process->signal(SIGKILL);
}

void Worker::kill_once() {
    if (!life_ || !life_->process) return;
    life_->blame("the operator asked for it");
    kill_now();
}

void Worker::watch(ipc::Link::Tap tap) {
    tap_ = std::move(tap);
    if (life_ && life_->process && life_->process->link() != nullptr)
        life_->process->link()->watch(tap_);
}

// The table.

void Worker::happen(Event event) {
    if (is_frozen_ && event != Event::exited) return; // keep() asks again what is wanted
    const Cell what = cell(state_, event);
    if (what.next && *what.next != state_) enter(*what.next, sentence_for(*what.next));
    perform(what.action, event);
}

void Worker::perform(Action action, Event event) {
    switch (action) {
    case Action::ignore:
        return;
    case Action::report:
        return report(event);
    case Action::spawn:
        return begin_life();
    case Action::configure:
        return send_configure();
    case Action::serve:
        return serve();
    case Action::drain:
        return drain();
    case Action::terminate:
        return terminate();
    case Action::kill:
        return kill();
    case Action::bury:
        return bury();
    case Action::rest:
        return tally_.forgive();
    }
}

void Worker::enter(State state, std::string reason) {
    deadline_.stop();
    deadline_at_.reset();
    state_ = state;
    since_ = loop_.clock().now();
    since_ms_ = loop_.clock().unix_ms();
    reason_ = std::move(reason);
    attempt_ = 0;
    next_try_ = {};
    next_try_ms_ = 0;
    listener_.on_view_changed(id_);
}

void Worker::arm(Milliseconds deadline) {
    deadline_at_ = loop_.clock().now() + deadline;
    start_patiently(deadline_, deadline, [this] { on_deadline(); });
}

void Worker::on_deadline() {
    if (state_ == State::starting)
        life_->blame("it was not ready within " + seconds(wanted_.spec->limits.ready_within));
    happen(Event::deadline);
}

void Worker::on_ping_lost() {
    life_->blame("it did not answer a ping for " + seconds(wanted_.spec->limits.hung_after));
    happen(Event::ping_lost);
}

void Worker::on_exited(ExitStatus status) {
    life_->exit = status;
    happen(Event::exited);
}

ipc::Link* Worker::link() {
    const bool is_usable = state_ == State::ready || state_ == State::draining;
    return is_usable && life_->process ? life_->process->link() : nullptr;
}

} // namespace openclaw::process
