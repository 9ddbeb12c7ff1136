#include "common/worker/runtime.h"

#include "common/base/strings.h"
#include "common/ipc/protocol.h"
#include "common/log/known_secrets.h"
#include "common/log/log.h"
#include "common/loop/rest.h"
#include "common/loop/signal_watch.h"
#include "common/sandbox/enter.h"
#include "common/version.h"
#include "common/worker/log_relay.h"
#include "common/worker/own_process.h"
#include "common/worker/wipe.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>

namespace openclaw::worker {

namespace {

// How long the last frames may take to reach a socket that was full when we left.
constexpr Milliseconds farewell_within{500};

class Runtime final : public Context, public ipc::LinkHandler {
  public:
    Runtime(const WorkerSpec& spec, const MakeService& make_service, UniqueFd link)
        : spec_(spec)
        , make_service_(make_service)
        , link_(loop_, std::move(link), ipc::Side::worker, spec.permits, *this)
        , logs_(loop_, link_)
        , on_term_(loop_, SIGTERM, [this] { on_terminate(); })
        , last_moment_(loop_)
        , rest_(loop_) {}

    int run() {
        greet();
        loop_.run();
        service_.reset();
        return static_cast<int>(exit_code_.value_or(ExitCode::failed));
    }

    Loop& loop() override { return loop_; }

    ipc::Link& link() override { return link_; }

    const Assignment& assignment() const override { return assignment_; }

    void give_up(ExitCode code, std::string_view fault_code, std::string_view sentence) override;
    void drained() override;

    void on_frame(const wire::Frame& frame, Fds fds) override;
    void on_closed(const ipc::LinkEnd& end) override;
    void on_room() override;

  private:
    void greet();
    void on_configure(const wire::Configure& configure);
    void take_assignment(const wire::Configure& configure);
    void begin_service();
    bool enter_sandbox(wire::Ready& ready);
    void on_ping(const wire::Frame& frame);
    void answer_ping();
    void on_drain(const wire::Drain& drain);
    void on_terminate();
    void begin_drain(Milliseconds within);
    void leave(ExitCode code);

    const WorkerSpec& spec_;
    const MakeService& make_service_;
    Loop loop_;
    ipc::Link link_;
    LogRelay logs_;
    SignalWatch on_term_;
    Timer last_moment_;
    Rest rest_;
    Assignment assignment_;
    bool is_isolation_required_ = false;
    std::optional<wire::Frame> owed_pong_; // the link was full
    bool is_draining_ = false;
    bool owes_drained_ = false;
    std::optional<ExitCode> exit_code_; // set: nothing is done any more but leaving
    std::unique_ptr<Service> service_;  // dies first
};

void Runtime::greet() {
    wire::Frame frame;
    auto& hello = *frame.mutable_hello();
    hello.set_protocol(ipc::protocol_number);
    hello.set_build_id(std::string(build_id));
    hello.set_kind(spec_.kind);
    hello.set_pid(getpid());
    if (!link_.send(frame)) leave(ExitCode::link_lost);
    link_.enter(ipc::Phase::configuring);
}

void Runtime::on_frame(const wire::Frame& frame, Fds fds) {
    if (exit_code_) return;
    const log::TraceScope trace(frame.trace());
    switch (frame.body_case()) {
    case wire::Frame::kConfigure:
        return on_configure(frame.configure());
    case wire::Frame::kPing:
        return on_ping(frame);
    case wire::Frame::kDrain:
        return on_drain(frame.drain());
    default:
        service_->on_frame(
            frame, std::move(fds)); // the permit table lets nothing else through before Ready
    }
}

void Runtime::on_configure(const wire::Configure& configure) {
    logs_.open();
    if (configure.protocol() != ipc::protocol_number)
        return give_up(ExitCode::refused, "protocol",
                       "the supervisor speaks protocol " + std::to_string(configure.protocol()) +
                           ", this program " + std::to_string(ipc::protocol_number) +
                           ": install both from one build");
    take_assignment(configure);
    show_name(assignment_.instance);
    begin_service();
}

void Runtime::take_assignment(const wire::Configure& configure) {
    assignment_.instance = configure.instance();
    assignment_.generation = configure.generation();
    assignment_.settings_json = configure.settings_json();
    assignment_.inbound_credits = configure.inbound_credits();
    is_isolation_required_ = configure.isolation_required();
    for (const auto& entry : configure.secrets())
        log::know_secret(assignment_.secrets.emplace(entry.first, entry.second).first->second);
    for (const auto& entry : configure.state())
        assignment_.state.emplace(entry.key(), entry.value());
    if (configure.log_level() != wire::Log::LEVEL_UNSPECIFIED)
        log::set_level(static_cast<log::Level>(configure.log_level()));
    // The frame is the link's own object and nobody reads it after us.
    wipe_secrets(const_cast<wire::Configure&>(configure));
    ipc::Link::wipe_buffer();
}

void Runtime::begin_service() {
    auto made = make_service_(*this);
    if (exit_code_) return;
    if (!made) {
        const bool is_config =
            made.error().code == Code::invalid || made.error().code == Code::not_found;
        return is_config ? give_up(ExitCode::bad_config, "bad_config", made.error().sentence)
                         : give_up(ExitCode::failed, "cannot_start", made.error().sentence);
    }
    service_ = std::move(*made);
    wire::Frame frame;
    if (!enter_sandbox(*frame.mutable_ready())) return;
    if (!link_.send(frame)) return leave(ExitCode::link_lost);
    link_.enter(ipc::Phase::serving);
    service_->start();
    rest_.begin();
}

// Here, so that no worker can forget it: the service has what it needs, and has heard nobody yet.
bool Runtime::enter_sandbox(wire::Ready& ready) {
    const sandbox::Level level = sandbox::enter(spec_.sandbox);
    ready.set_sandbox(level.words());
    for (const auto& layer : level.layers) {
        auto& told = *ready.add_layers();
        told.set_name(std::string(layer.name));
        told.set_holds(layer.holds);
        told.set_detail(to_valid_utf8(layer.detail));
        told.set_spare(layer.is_spare);
    }
    if (!is_isolation_required_ || level.is_whole()) return true;
    give_up(ExitCode::bad_config, "isolation",
            "gateway.isolation is \"required\", and here a worker cannot have: " + level.missing() +
                ". Run it on a kernel that has this, or set gateway.isolation to \"best-effort\"");
    return false;
}

void Runtime::on_ping(const wire::Frame& frame) {
    if (!has_spare_descriptors())
        return give_up(ExitCode::failed, "out_of_descriptors",
                       "every file descriptor it may have is in use: something leaks them");
    const Vitals vitals = service_->vitals();
    wire::Frame reply;
    reply.set_re(frame.id());
    auto& pong = *reply.mutable_pong();
    pong.set_sent_us(frame.ping().sent_us());
    pong.set_queued(vitals.queued);
    pong.set_in_flight(vitals.in_flight);
    pong.set_last_upstream_unix_ms(vitals.last_upstream_unix_ms);
    pong.set_credits(vitals.credits);
    owed_pong_ = std::move(reply);
    answer_ping();
}

void Runtime::answer_ping() {
    if (owed_pong_ && link_.send(*owed_pong_)) owed_pong_.reset(); // else when there is room
}

void Runtime::on_room() {
    answer_ping();
    if (service_ && !exit_code_) service_->on_room();
}

void Runtime::on_drain(const wire::Drain& drain) {
    link_.enter(ipc::Phase::draining);
    owes_drained_ = true;
    begin_drain(Milliseconds(drain.within_ms())); // the deadline is the supervisor's: it sends TERM
}

// TERM from whoever may: leave as if drained, with our own deadline. A second one, or one after
// Drain: at once.
void Runtime::on_terminate() {
    if (!service_ || is_draining_) return leave(ExitCode::clean);
    last_moment_.start(spec_.limits.drain_within, [this] { leave(ExitCode::clean); });
    begin_drain(spec_.limits.drain_within);
}

void Runtime::begin_drain(Milliseconds within) {
    if (!std::exchange(is_draining_, true)) service_->drain(within);
}

void Runtime::drained() {
    wire::Frame frame;
    frame.mutable_drained();
    if (owes_drained_ && !exit_code_) (void)link_.send(frame); // the exit says the same
    leave(ExitCode::clean);
}

void Runtime::give_up(ExitCode code, std::string_view fault_code, std::string_view sentence) {
    if (exit_code_) return;
    const auto& never_after = spec_.restart.never_after;
    wire::Frame frame;
    auto& fault = *frame.mutable_fault();
    fault.set_code(to_valid_utf8(fault_code));
    fault.set_sentence(to_valid_utf8(sentence));
    const bool is_final = std::ranges::find(never_after, code) != never_after.end();
    fault.set_cause(is_final ? wire::CAUSE_NEEDS_OPERATOR : wire::CAUSE_FATAL);
    (void)link_.send(frame); // the exit code tells the kind of fault if this does not arrive
    leave(code);
}

void Runtime::on_closed(const ipc::LinkEnd& end) {
    if (end.misbehaved)
        fprintf(stderr, "%s: the supervisor broke the contract: %s\n",
                std::string(spec_.program).c_str(), end.reason.c_str());
    if (!exit_code_) exit_code_ = ExitCode::link_lost;
    loop_.stop();
}

void Runtime::leave(ExitCode code) {
    if (exit_code_) return;
    exit_code_ = code;
    if (link_.counters().waiting_frames == 0) return loop_.stop();
    last_moment_.start(farewell_within, [this] { loop_.stop(); });
}

} // namespace

int run(const WorkerSpec& spec, const MakeService& make_service) {
    settle_process();
    UniqueFd link = take_link();
    if (!link) {
        fprintf(stderr,
                "%s is started by openclaw-gateway, which hands it a link on descriptor 3; run "
                "`openclaw gateway run`.\n",
                std::string(spec.program).c_str());
        return static_cast<int>(ExitCode::misused);
    }
    return Runtime(spec, make_service, std::move(link)).run();
}

} // namespace openclaw::worker
