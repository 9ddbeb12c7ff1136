#include "workers/discord/status.h"

#include <utility>

namespace openclaw::discord {

namespace {

// "40 s", "5 min", "23 h": rounded up.
std::string length_in_words(Milliseconds pause) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause);
    if (seconds < std::chrono::minutes(2)) return std::to_string(seconds.count()) + " s";
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(pause);
    if (minutes < std::chrono::hours(2)) return std::to_string(minutes.count()) + " min";
    return std::to_string(std::chrono::ceil<std::chrono::hours>(pause).count()) + " h";
}

} // namespace

void Status::set_limitation(std::string code, std::string sentence) {
    limitation_code_ = std::move(code);
    limitation_ = std::move(sentence);
}

void Status::connecting() {
    tell(wire::ChannelStatus::CONNECTING, {}, "signing in");
}

void Status::connected() {
    on_contact();
    tell(wire::ChannelStatus::CONNECTED, limitation_code_,
         limitation_.empty() ? "listening" : limitation_);
}

void Status::interrupted(const CloseMeaning& why, int in_a_row) {
    if (in_a_row < 2) return;
    tell(wire::ChannelStatus::DEGRADED, std::string(why.word), std::string(why.sentence),
         why.cause);
}

void Status::not_signed_in(const Answer& answer, int in_a_row) {
    const bool has_to_wait = answer.cause() == wire::CAUSE_RATE;
    if (in_a_row < 2 && !has_to_wait) return;
    tell(wire::ChannelStatus::DEGRADED, std::string(answer.word()),
         has_to_wait ? "Discord asks us to slow down: nothing arrives until that time is over"
                     : "Discord does not answer as it should: " + answer.description,
         answer.cause());
}

void Status::waiting_for_session(Milliseconds pause) {
    tell(wire::ChannelStatus::DEGRADED, std::string(word_for(Trouble::rate)),
         "Discord allows a limited number of sessions a day; the next begins in " +
             length_in_words(pause),
         wire::CAUSE_RATE);
}

void Status::waiting_for_supervisor() {
    tell(wire::ChannelStatus::DEGRADED, "backpressure",
         "the gateway has not recorded the last messages yet");
}

void Status::needs_operator(const std::string& code, const std::string& sentence) {
    tell(wire::ChannelStatus::NEEDS_OPERATOR, code, sentence, wire::CAUSE_NEEDS_OPERATOR);
}

void Status::tell(wire::ChannelStatus::State state, std::string code, std::string detail,
                  wire::Cause cause) {
    if (state == state_ && code == code_ && detail == detail_) return;
    state_ = state;
    code_ = std::move(code);
    detail_ = std::move(detail);
    wire::Frame frame;
    auto& status = *frame.mutable_channel_status();
    status.set_state(state);
    status.set_detail(detail_);
    status.set_error_code(code_);
    status.set_cause(cause);
    if (me_.id) {
        status.set_identity(me_.username);
        status.set_identity_id(me_.id.text());
    }
    status.set_last_contact_unix_ms(last_contact_unix_ms_);
    uplink_.send(std::move(frame));
}

} // namespace openclaw::discord
