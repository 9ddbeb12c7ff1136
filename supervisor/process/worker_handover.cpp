// What one image of the supervisor tells the next of a worker, and how the next goes on with it
// (supervisor/handoff).
#include "common/log/log.h"
#include "supervisor/process/events.h"
#include "supervisor/process/worker.h"

#include <algorithm>
#include <utility>

namespace openclaw::process {

namespace {

Milliseconds remaining(Instant until, const Clock& clock) {
    return std::chrono::ceil<Milliseconds>(until - clock.now());
}

} // namespace

bool Worker::adopt(WorkerFacts facts, WantedWorker wanted) {
    wanted_ = std::move(wanted);
    fingerprint_ = facts.fingerprint; // of what it was handed: want() sees whether it is that still
    lives_ = facts.lives;
    if (facts.is_held) hold_ = facts.is_paused ? Hold::paused : Hold::stopped;
    if (!facts.is_held)
        wanted_since_ = facts.wanted_since == Instant{} ? loop_.clock().now() : facts.wanted_since;
    fault_code_ = std::move(facts.fault_code);
    tally_.restore(facts.deaths, facts.deaths_total, facts.deaths_forgiven);
    is_frozen_ = true; // until take_over(): an image that may yet go back begins no life
    if (facts.process) {
        const auto adopted = adopt_process(std::move(*facts.process));
        if (!adopted)
            log::warn(event::not_adopted, {{"worker", id_}, {"why", adopted.error().sentence}});
        return adopted.has_value();
    }
    if (facts.has_failed) go_on_failing(std::move(facts));
    return false;
}

// A refused token is not tried again because the supervisor is another one now.
void Worker::go_on_failing(WorkerFacts facts) {
    const bool is_planned = facts.next_try != Instant{};
    std::optional<Milliseconds> pause;
    if (is_planned)
        pause = std::clamp(std::chrono::ceil<Milliseconds>(facts.next_try - loop_.clock().now()),
                           Milliseconds(0), longest_wish);
    follow({.next = facts.is_given_up || !is_planned ? State::failed : State::backoff,
            .pause = pause,
            .attempt = facts.attempt,
            .reason = std::move(facts.reason)});
}

Result<void> Worker::adopt_process(ServingProcess serving) {
    auto process = TRY(WorkerProcess::adopt(loop_, std::move(serving.birth),
                                            std::move(serving.link), *wanted_.spec, *this));
    generation_ = serving.generation;
    life_ = std::make_unique<Life>();
    life_->generation = serving.generation;
    life_->started_ms = serving.started_ms;
    life_->born = serving.born;
    life_->ready_at = serving.ready_at;
    life_->build_id = std::move(serving.build_id);
    life_->sandbox = std::move(serving.sandbox);
    life_->layers = std::move(serving.layers);
    life_->upstream = serving.upstream;
    life_->process = std::move(process);
    life_->meter.emplace(life_->process->pid(), life_->born);
    life_->meter->hold(std::move(serving.memory));
    return {};
}

void Worker::take_over() {
    if (!std::exchange(is_frozen_, false)) return;
    if (!life_ && deadline_at_)
        arm(std::max(remaining(*deadline_at_, loop_.clock()), Milliseconds(0)));
    if (!life_ || state_ != State::down) return;
    happen(Event::adopted);
    life_->process->go_on();
}

WorkerFacts Worker::hand_over() {
    hold();
    note_exit();
    WorkerFacts facts{.id = id_,
                      .fingerprint = fingerprint_,
                      .lives = lives_,
                      .is_held = hold_ != Hold::none,
                      .is_paused = hold_ == Hold::paused,
                      .fault_code = fault_code_,
                      .deaths = tally_.newest_first(),
                      .deaths_total = tally_.total(),
                      .deaths_forgiven = tally_.forgiven(),
                      .wanted_since = wanted_since_,
                      .has_failed = state_ == State::backoff || state_ == State::failed,
                      .is_given_up = state_ == State::failed,
                      .reason = reason_,
                      .attempt = attempt_,
                      .next_try = next_try_,
                      .next_try_ms = next_try_ms_,
                      .process = std::nullopt};
    if (state_ == State::ready && life_->process->link() != nullptr)
        facts.process = serving_process();
    else
        life_.reset(); // nobody would watch it: it is killed and reaped here
    return facts;
}

// The next image could not see it any more.
void Worker::note_exit() {
    if (!life_ || !life_->process || !life_->process->exit()) return;
    on_exited(*life_->process->exit());
}

ServingProcess Worker::serving_process() {
    return {.birth = life_->process->duplicate(),
            .link = life_->process->link()->facts(),
            .generation = generation_,
            .started_ms = life_->started_ms,
            .born = life_->born,
            .ready_at = *life_->ready_at,
            .build_id = life_->build_id,
            .sandbox = life_->sandbox,
            .layers = life_->layers,
            .upstream = life_->upstream,
            .memory = life_->meter->duplicate()};
}

void Worker::hold() {
    is_frozen_ = true;
    deadline_.stop();
    if (life_ && life_->process) life_->process->hold();
}

void Worker::keep() {
    if (!std::exchange(is_frozen_, false)) return;
    if (life_ && !life_->process) return bury_soon();
    if (life_ && state_ == State::ready) life_->process->begin_pings();
    if (life_) life_->process->go_on();
    if (deadline_at_) arm(std::max(remaining(*deadline_at_, loop_.clock()), Milliseconds(0)));
    happen(should_run() ? Event::want_up : Event::want_down);
}

} // namespace openclaw::process
