#include "supervisor/process/worker.h"

#include "common/base/strings.h"
#include "common/ipc/protocol.h"
#include "common/log/log.h"
#include "common/worker/wipe.h"
#include "supervisor/process/configure.h"
#include "supervisor/process/events.h"
#include "supervisor/process/patience.h"

#include <algorithm>
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
        wanted_since_ms_ = 0;
    else if (wanted_since_ms_ == 0)
        wanted_since_ms_ = loop_.clock().unix_ms();
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

// A new image of the supervisor.

void Worker::adopt(WorkerFacts facts, WantedWorker wanted) {
    wanted_ = std::move(wanted);
    fingerprint_ = facts.fingerprint; // of what it was handed: want() sees whether it is that still
    lives_ = facts.lives;
    if (facts.is_held) hold_ = facts.is_paused ? Hold::paused : Hold::stopped;
    if (!facts.is_held) wanted_since_ms_ = loop_.clock().unix_ms();
    fault_code_ = std::move(facts.fault_code);
    tally_.restore(facts.deaths, facts.deaths_total, facts.deaths_forgiven);
    if (facts.process) {
        if (auto adopted = adopt_process(std::move(*facts.process)); !adopted)
            log::warn(event::not_adopted, {{"worker", id_}, {"why", adopted.error().sentence}});
        return;
    }
    if (!facts.has_failed || facts.next_try_ms == 0) return;
    const auto pause = Milliseconds(facts.next_try_ms - loop_.clock().unix_ms());
    follow({.next = State::backoff,
            .pause = std::max(pause, Milliseconds(0)),
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
    life_->process = std::move(process);
    life_->meter.emplace(life_->process->pid(), life_->born);
    return {};
}

void Worker::take_over() {
    if (!life_ || state_ != State::down) return;
    happen(Event::adopted);
    life_->process->go_on();
}

WorkerFacts Worker::hand_over() {
    WorkerFacts facts{.id = id_,
                      .fingerprint = fingerprint_,
                      .lives = lives_,
                      .is_held = hold_ != Hold::none,
                      .is_paused = hold_ == Hold::paused,
                      .fault_code = fault_code_,
                      .deaths = tally_.newest_first(),
                      .deaths_total = tally_.total(),
                      .deaths_forgiven = tally_.forgiven(),
                      .has_failed = state_ == State::backoff || state_ == State::failed,
                      .reason = reason_,
                      .attempt = attempt_,
                      .next_try_ms = deadline_.is_active() ? next_try_ms_ : 0,
                      .process = std::nullopt};
    if (state_ == State::ready && life_->process->link() != nullptr)
        facts.process = serving_process();
    return facts;
}

ServingProcess Worker::serving_process() {
    life_->process->hold();
    return {.birth = life_->process->duplicate(),
            .link = life_->process->link()->facts(),
            .generation = generation_,
            .started_ms = life_->started_ms,
            .born = life_->born,
            .ready_at = *life_->ready_at,
            .build_id = life_->build_id,
            .sandbox = life_->sandbox,
            .layers = life_->layers};
}

void Worker::hold() {
    if (state_ == State::ready) life_->process->hold();
}

void Worker::keep() {
    if (state_ != State::ready) return;
    life_->process->begin_pings();
    life_->process->go_on();
}

// The table.

void Worker::happen(Event event) {
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
    state_ = state;
    since_ms_ = loop_.clock().unix_ms();
    reason_ = std::move(reason);
    attempt_ = 0;
    next_try_ms_ = 0;
    listener_.on_view_changed(id_);
}

void Worker::arm(Milliseconds deadline) {
    start_patiently(deadline_, deadline, [this] { on_deadline(); });
}

void Worker::on_deadline() {
    if (state_ == State::starting)
        life_->blame("it was not ready within " + seconds(wanted_.spec->limits.ready_within));
    happen(Event::deadline);
}

// The actions.

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
    // A kill that we ordered for a reason has that reason in its words; a bare one came from
    // outside.
    const bool is_bare_kill =
        death.status.signal == SIGKILL && death.words == explain_exit(death.status);
    const auto whose = death.was_asked || is_bare_kill ? Whose::somebodys : Whose::its_own;
    if (has_served) listener_.on_down(id_, death.words, whose);
}

void Worker::follow(const Judgement& judgement) {
    enter(judgement.next, judgement.reason);
    attempt_ = judgement.attempt;
    if (!judgement.pause) return;
    next_try_ms_ = loop_.clock().unix_ms() + judgement.pause->count();
    deadline_.start(*judgement.pause, [this] { happen(Event::deadline); });
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

// From the process.

void Worker::on_frame(const wire::Frame& frame, Fds fds) {
    switch (frame.body_case()) {
    case wire::Frame::kHello:
        return take_hello(frame.hello());
    case wire::Frame::kReady:
        return take_ready(frame.ready());
    case wire::Frame::kLog:
        if (!log_.record(frame.log(), frame.trace()))
            life_->process->link()->misbehaved("a flood of log records");
        return;
    case wire::Frame::kFault:
        return note_fault(frame.fault());
    case wire::Frame::kDrained:
        return; // its exit follows
    default:
        if (life_->ready_at) listener_.on_frame(id_, frame, std::move(fds));
    }
}

void Worker::take_hello(const wire::Hello& hello) {
    life_->build_id = hello.build_id();
    life_->meter->hold(); // once it is in its sandbox only root may
    if (hello.protocol() != ipc::protocol_number)
        return on_misbehaved("it speaks protocol " + std::to_string(hello.protocol()) +
                             ", the supervisor " + std::to_string(ipc::protocol_number) +
                             ": install both from one build");
    if (hello.kind() != wanted_.spec->kind)
        return on_misbehaved("it is the program of another kind of worker");
    happen(Event::hello);
}

// The link moves on even when we do not: a worker told to leave while it started may say a word
// before it goes.
void Worker::take_ready(const wire::Ready& ready) {
    life_->sandbox = ready.sandbox();
    for (const auto& layer : ready.layers())
        life_->layers.push_back({.name = layer.name(),
                                 .holds = layer.holds(),
                                 .detail = layer.detail(),
                                 .is_spare = layer.spare()});
    life_->process->link()->enter(ipc::Phase::serving);
    happen(Event::ready);
}

void Worker::note_fault(const wire::Fault& fault) {
    life_->fault = log::redact(fault.sentence());
    life_->cause = fault.cause();
    life_->not_before_ms = fault.not_before_unix_ms();
    fault_code_ = fault.code();
    log::warn(event::fault, {{"worker", id_}, {"code", fault_code_}, {"sentence", life_->fault}});
}

void Worker::on_room() {
    listener_.on_room(id_);
}

void Worker::on_output(std::string_view line) {
    log_.line(line);
}

void Worker::on_link_lost(const std::string&) {
    listener_.on_view_changed(id_);
}

void Worker::on_misbehaved(const std::string& reason) {
    log::warn(event::misbehaved, {{"worker", id_}, {"reason", reason}});
    life_->blame("it broke the contract: " + reason);
    happen(Event::misbehaved);
}

void Worker::on_health() {
    look_at_memory();
    const bool is_unresponsive = life_->process->heartbeat()->is_unresponsive();
    if (is_unresponsive == life_->is_unresponsive) return;
    life_->is_unresponsive = is_unresponsive;
    if (is_unresponsive)
        log::warn(event::unresponsive, {{"worker", id_}});
    else
        log::info(event::responsive, {{"worker", id_}});
    listener_.on_view_changed(id_);
}

// Drained and replaced while it can still do so in peace: nothing it accepted is lost, and the
// hard limit, which kills, is not met.
void Worker::look_at_memory() {
    const auto& limits = wanted_.spec->limits;
    if (state_ != State::ready || limits.soft_memory == 0 ||
        loop_.clock().now() - *life_->ready_at < limits.recycle_not_before)
        return;
    const auto resident = resident_bytes(life_->process->pid());
    if (resident <= limits.soft_memory) return;
    life_->asked_because = "drained and replaced: its memory, " + std::to_string(resident >> 20) +
                           " MiB, passed the soft limit of " +
                           std::to_string(limits.soft_memory >> 20) + " MiB";
    log::warn(event::recycled,
              {{"worker", id_}, {"rss_bytes", resident}, {"soft_limit", limits.soft_memory}});
    happen(Event::spec_changed);
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
