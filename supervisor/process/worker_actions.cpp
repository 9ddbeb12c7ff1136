// What a step of the lifecycle does: a life begins, serves, is asked to leave, is ended and buried.
#include "common/log/log.h"
#include "common/worker/wipe.h"
#include "supervisor/process/configure.h"
#include "supervisor/process/events.h"
#include "supervisor/process/worker.h"

#include <algorithm>
#include <csignal>

namespace openclaw::process {

void Worker::report(Event event) const {
    log::error(event::unexpected,
               {{"worker", id_}, {"state", name(state_)}, {"event", name(event)}});
}

void Worker::begin_life() {
    generation_ = std::max(generation_ + 1, static_cast<std::uint64_t>(loop_.clock().unix_ms()));
    ++lives_;
    log_.begin_life();
    life_ = std::make_unique<Life>();
    life_->generation = generation_;
    life_->born = loop_.clock().now();
    life_->upstream = Sighting(life_->born);
    life_->started_ms = loop_.clock().unix_ms();
    auto program = programs_.find(*wanted_.spec);
    auto process = program ? WorkerProcess::start(loop_, *program, id_, *wanted_.spec, *this)
                           : Result<std::unique_ptr<WorkerProcess>>(Failure(program.error()));
    if (!process) {
        life_->cannot_start = process.error().sentence;
        return bury_soon();
    }
    life_->process = std::move(*process);
    life_->meter.emplace(life_->process->pid(), life_->born);
    if (tap_) life_->process->link()->watch(tap_);
    log::info(event::starting,
              {{"worker", id_}, {"pid", life_->process->pid()}, {"generation", generation_}});
    arm(wanted_.spec->limits.ready_within);
}

// A life without a process ends in the next turn, by the same road as all others.
void Worker::bury_soon() {
    deadline_.start(Milliseconds(0), [this] { happen(Event::exited); });
}

void Worker::send_configure() {
    ipc::Link* link = life_->process->link();
    if (link == nullptr) return; // it is dying: its exit follows
    wire::Frame frame = make_configure(wanted_, generation_,
                                       state_of_ ? state_of_(id_) : decltype(state_of_(id_)){});
    link->enter(ipc::Phase::configuring);
    const auto sent = link->send(frame);
    worker::wipe_secrets(*frame.mutable_configure());
    ipc::Link::wipe_buffer();
    if (!sent && sent.error().code == Code::invalid)
        on_misbehaved("its settings and state do not fit a frame of 64 KiB");
}

void Worker::serve() {
    const auto now = loop_.clock().now();
    const bool is_adopted = life_->ready_at.has_value();
    if (!is_adopted) life_->ready_at = now;
    life_->process->begin_pings();
    const auto took = std::chrono::duration_cast<Milliseconds>(now - life_->born).count();
    if (is_adopted)
        log::info(event::adopted, {{"worker", id_}, {"pid", life_->process->pid()}});
    else
        log::info(event::ready, {{"worker", id_},
                                 {"pid", life_->process->pid()},
                                 {"took_ms", took},
                                 {"sandbox", life_->sandbox}});
    listener_.on_ready(id_, generation_);
}

void Worker::drain() {
    life_->was_asked = true;
    const Milliseconds within = std::min(wanted_.spec->limits.drain_within, drain_at_most_);
    wire::Frame frame;
    frame.mutable_drain()->set_within_ms(static_cast<std::uint32_t>(within.count()));
    if (ipc::Link* link = life_->process->link()) {
        (void)link->send(frame); // if it cannot be told, the deadline and TERM tell it
        link->enter(ipc::Phase::draining);
    }
    log::info(event::draining, {{"worker", id_}, {"within_ms", within.count()}});
    arm(within);
}

void Worker::terminate() {
    life_->was_asked = true;
    if (!life_->process) return bury_soon();
    life_->process->end_pings();
    life_->process->signal(SIGTERM);
    arm(wanted_.spec->limits.term_within);
}

void Worker::kill() {
    life_->process->end_pings();
    life_->process->signal(SIGKILL);
    arm(wanted_.spec->limits.term_within);
}

void Worker::bury() {
    const Death death = life_->obituary(loop_.clock());
    const pid_t pid = life_->process ? life_->process->pid() : 0;
    const bool has_served = life_->ready_at.has_value();
    life_.reset();
    tally_.record(death);
    follow(judge(wanted_.spec->restart, tally_, should_run(),
                 static_cast<double>(random_below(1000)) / 1000.0));
    log_death(death, pid);
    const auto whose = death.is_its_own() ? Whose::its_own : Whose::somebodys;
    if (has_served) listener_.on_down(id_, death.words, whose);
}

void Worker::follow(const Judgement& judgement) {
    enter(judgement.next, judgement.reason);
    attempt_ = judgement.attempt;
    if (!judgement.pause) return;
    next_try_ = loop_.clock().now() + *judgement.pause;
    next_try_ms_ = loop_.clock().unix_ms() + judgement.pause->count();
    deadline_at_ = loop_.clock().now() + *judgement.pause;
    if (!is_frozen_) deadline_.start(*judgement.pause, [this] { happen(Event::deadline); });
}

void Worker::log_death(const Death& death, pid_t pid) const {
    const auto level = death.was_asked ? log::Level::info : log::Level::warn;
    const auto fields = std::to_array<log::Field>({{"worker", id_},
                                                   {"pid", pid},
                                                   {"code", death.status.code},
                                                   {"signal", death.status.signal},
                                                   {"reason", death.words},
                                                   {"served_ms", death.served.count()},
                                                   {"next", name(state_)},
                                                   {"next_try_ms", next_try_ms_}});
    log::write(level, pid == 0 ? event::cannot_start : event::exited, fields);
    if (state_ == State::failed)
        log::error(event::failed,
                   {{"worker", id_}, {"reason", reason_}, {"next_try_ms", next_try_ms_}});
}

} // namespace openclaw::process
