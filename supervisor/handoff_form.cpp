#include "supervisor/handoff_form.h"

#include <utility>

namespace openclaw {

namespace {

std::int64_t nanoseconds(Instant when) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(when.time_since_epoch()).count();
}

// The wall clock's word for a moment, for builds that know no other.
std::int64_t wall_time_of(Instant when) {
    if (when == Instant{}) return 0;
    const SystemClock clock;
    return clock.unix_ms() - std::chrono::duration_cast<Milliseconds>(clock.now() - when).count();
}

void put(wire::RecordedDeath& out, const process::Death& death) {
    out.set_at_monotonic_ns(nanoseconds(death.at));
    out.set_at_ms(death.at_ms);
    out.set_code(death.status.code);
    out.set_signal(death.status.signal);
    out.set_words(death.words);
    out.set_last_line(death.last_line);
    out.set_reached_ready(death.reached_ready);
    out.set_was_asked(death.was_asked);
    out.set_served_ms(death.served.count());
    out.set_generation(death.generation);
    out.set_cause(death.cause);
    out.set_not_before_ms(death.not_before_ms);
}

void put(wire::ServingWorker& out, const process::ServingProcess& process) {
    out.set_pid(process.birth.pid);
    out.set_link(process.birth.link.get());
    out.set_output(process.birth.error_output.get());
    out.set_generation(process.generation);
    out.set_started_ms(process.started_ms);
    out.set_born_monotonic_ns(nanoseconds(process.born));
    out.set_ready_monotonic_ns(nanoseconds(process.ready_at));
    out.set_build_id(process.build_id);
    out.set_sandbox(process.sandbox);
    for (const auto& layer : process.layers) {
        auto& one = *out.add_layers();
        one.set_name(layer.name);
        one.set_holds(layer.holds);
        one.set_detail(layer.detail);
        one.set_spare(layer.is_spare);
    }
    out.set_memory(process.memory ? process.memory.get() : 0);
    out.set_last_upstream_monotonic_ns(nanoseconds(process.upstream.at()));
    out.set_last_upstream_ms(process.upstream.stamp_ms());
    out.set_phase(std::to_underlying(process.link.phase));
    out.set_next_id(process.link.next_id);
    for (const auto body : process.link.seen_once)
        out.add_seen_once(static_cast<std::uint32_t>(body));
    for (const auto& frame : process.link.outbox) {
        auto& waiting = *out.add_outbox();
        waiting.set_frame(frame.bytes.data(), frame.bytes.size());
        for (const auto& fd : frame.fds)
            waiting.add_fds(fd.get());
    }
}

void put(wire::AdoptedWorker& out, const process::WorkerFacts& worker) {
    out.set_id(worker.id);
    out.set_fingerprint(worker.fingerprint);
    out.set_lives(worker.lives);
    out.set_is_held(worker.is_held);
    out.set_is_paused(worker.is_paused);
    out.set_fault_code(worker.fault_code);
    for (const auto& death : worker.deaths)
        put(*out.add_deaths(), death);
    out.set_deaths_total(worker.deaths_total);
    out.set_deaths_forgiven(worker.deaths_forgiven);
    out.set_has_failed(worker.has_failed);
    out.set_reason(worker.reason);
    out.set_attempt(worker.attempt);
    out.set_next_try_ms(worker.next_try_ms);
    out.set_next_try_monotonic_ns(nanoseconds(worker.next_try));
    out.set_is_given_up(worker.is_given_up);
    out.set_wanted_since_monotonic_ns(nanoseconds(worker.wanted_since));
    if (worker.process) put(*out.mutable_process(), *worker.process);
}

void put(wire::AdoptedWorker& out, const flow::ChannelFacts& facts) {
    auto& status = *out.mutable_status();
    status.set_state(facts.state);
    status.set_detail(facts.detail);
    status.set_identity(facts.identity);
    status.set_identity_id(facts.identity_id);
    status.set_error_code(facts.error_code);
    status.set_last_contact_unix_ms(facts.contact.stamp_ms());
    status.set_cause(facts.cause);
    out.set_status_said_ms(facts.said_at_ms);
    out.set_last_contact_monotonic_ns(nanoseconds(facts.contact.at()));
    out.set_good_until_ms(wall_time_of(facts.good_until));
    out.set_good_until_monotonic_ns(nanoseconds(facts.good_until));
    out.set_last_inbound_ms(facts.last_inbound_ms);
    out.set_last_outbound_ms(facts.last_outbound_ms);
}

} // namespace

wire::Handoff form_of(const Handoff& handoff) {
    wire::Handoff out;
    out.set_version(handoff_version);
    out.set_build(handoff.build);
    for (const auto& socket : handoff.listening)
        out.add_listening(socket.get());
    out.set_sockets_are_given(handoff.sockets_are_given);
    out.set_control(handoff.control.get());
    out.set_lock(handoff.lock.get());
    out.set_program(handoff.program.get());
    out.set_token(std::string(handoff.secrets.token.reveal()));
    out.set_password(std::string(handoff.secrets.password.reveal()));
    out.set_made_token(std::string(handoff.secrets.made_token.reveal()));
    out.set_generation(handoff.generation);
    out.set_upgrades(handoff.upgrades);
    for (const auto& worker : handoff.workers) {
        auto& one = *out.add_workers();
        put(one, worker);
        if (const auto facts = handoff.channels.find(worker.id); facts != handoff.channels.end())
            put(one, facts->second);
        if (const auto file = handoff.in_flight_files.find(worker.id);
            file != handoff.in_flight_files.end())
            one.set_in_flight_file(file->second);
    }
    return out;
}

} // namespace openclaw
