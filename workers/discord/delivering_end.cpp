// How a try ends, and the whole; and what the supervisor is told of it.
#include "workers/discord/delivering.h"

#include <utility>

namespace openclaw::discord {

namespace {

constexpr int most_tries_without_expiry = 10;

} // namespace

void Delivering::pause(Milliseconds how_long, const Answer& answer) {
    const bool never_ends =
        expires_at_ == Instant::max() && backoff_.failures() >= most_tries_without_expiry;
    const bool ends_first = expires_at_ - to_.clock.now() < how_long;
    if (never_ends || ends_first)
        return may_stand_ ? unknown(answer.word(), answer.description)
                          : fail(answer.word(), answer.description, false);
    state_ = State::pausing;
    if (!may_stand_) { // else it stays noted: its nonce tells in the next life
        to_.in_flight.strike(it_.action_id, part_, it_.attempt);
        send(report(wire::Delivery::HELD));
        first_left_ = Instant::max();
    }
    has_looked_back_ = false;
    alarm_->set(how_long);
}

void Delivering::unknown(std::string_view code, std::string_view why) {
    auto last = report(wire::Delivery::UNKNOWN);
    last.set_error_code(std::string(code));
    last.set_error(std::string(why));
    finish(last);
}

// A try that ended without an answer may have arrived all the same.
void Delivering::expire() {
    if (may_stand_)
        return unknown("expired", "the answer waited past its time; an earlier try may stand");
    fail("expired", "the answer waited past its time and was not sent", true);
}

void Delivering::fail(const Answer& answer) {
    fail(answer.word(), answer.description, true);
}

void Delivering::fail(std::string_view code, std::string_view why, bool permanent) {
    auto last = report(wire::Delivery::FAILED);
    last.set_error_code(std::string(code));
    last.set_error(std::string(why));
    last.set_permanent(permanent);
    finish(last);
}

void Delivering::finish(wire::Delivery& last) {
    state_ = State::finished;
    send(std::move(last));
    owner_.on_finished(*this);
}

bool Delivering::is_expired() const {
    return to_.clock.now() > expires_at_;
}

wire::Delivery Delivering::report(wire::Delivery::State state) const {
    wire::Delivery delivery;
    delivery.set_action_id(it_.action_id);
    delivery.set_state(state);
    delivery.set_part(part_);
    delivery.set_parts(static_cast<std::uint32_t>(parts_.size()));
    delivery.set_attempt(it_.attempt);
    return delivery;
}

void Delivering::send(wire::Delivery delivery) {
    wire::Frame frame;
    frame.set_trace(it_.trace);
    *frame.mutable_delivery() = std::move(delivery);
    to_.uplink.send(std::move(frame));
}

} // namespace openclaw::discord
