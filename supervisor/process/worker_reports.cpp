// What a worker's process says of itself: frames, output, health.
#include "common/ipc/protocol.h"
#include "common/log/log.h"
#include "supervisor/process/events.h"
#include "supervisor/process/usage.h"
#include "supervisor/process/worker.h"

namespace openclaw::process {

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
    if (const auto& health = life_->process->heartbeat()->health())
        life_->upstream.hear(health->last_upstream_ms, health->at, health->at_ms);
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

} // namespace openclaw::process
