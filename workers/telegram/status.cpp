#include "workers/telegram/status.h"

namespace openclaw::telegram {

namespace {

std::string in_words(const Answer& answer) {
    switch (answer.trouble) {
    case Trouble::rival:
        return "another program polls with this bot's token: stop it, or give each its own bot";
    case Trouble::webhook:
        return "a webhook was set for this bot elsewhere; it is being removed";
    case Trouble::rate:
        return "Telegram asks us to slow down: nothing arrives until that time is over";
    case Trouble::not_sent:
        return "Telegram cannot be reached: " + answer.description;
    default:
        return "Telegram does not answer as it should: " + answer.description;
    }
}

} // namespace

void Status::on_identity(const Identity& me) {
    me_ = me;
}

void Status::connecting() {
    tell(wire::ChannelStatus::CONNECTING, {}, "signing in");
}

void Status::connected() {
    tell(wire::ChannelStatus::CONNECTED, {}, "polling");
}

void Status::failing(const Answer& answer, int in_a_row) {
    const bool lasts = answer.cause() == wire::CAUSE_RATE || answer.cause() == wire::CAUSE_CONFLICT;
    if (in_a_row < 2 && !lasts) return;
    tell(wire::ChannelStatus::DEGRADED, std::string(answer.word()), in_words(answer),
         answer.cause());
}

void Status::waiting_out_flood() {
    tell(wire::ChannelStatus::DEGRADED, std::string(word_for(Trouble::rate)),
         "Telegram has asked an earlier process to wait, and this one waits on", wire::CAUSE_RATE);
}

void Status::waiting_for_supervisor() {
    tell(wire::ChannelStatus::DEGRADED, "backpressure",
         "the gateway has not recorded the last messages yet");
}

void Status::needs_operator(const std::string& sentence) {
    tell(wire::ChannelStatus::NEEDS_OPERATOR, "auth_failed", sentence, wire::CAUSE_NEEDS_OPERATOR);
}

void Status::tell(wire::ChannelStatus::State state, std::string code, std::string detail,
                  wire::Cause cause) {
    if (state == state_ && code == code_) return;
    state_ = state;
    code_ = std::move(code);
    wire::Frame frame;
    auto& status = *frame.mutable_channel_status();
    status.set_state(state);
    status.set_detail(std::move(detail));
    status.set_error_code(code_);
    status.set_cause(cause);
    if (me_.id != 0) {
        status.set_identity("@" + me_.username);
        status.set_identity_id(std::to_string(me_.id));
    }
    status.set_last_contact_unix_ms(last_contact_unix_ms_);
    uplink_.send(std::move(frame));
}

std::string refusal_sentence(const Answer& answer) {
    if (answer.trouble == Trouble::misdirected)
        return "this Bot API server does not serve this bot (421): check channels.telegram.apiRoot";
    return "Telegram refuses the bot token (" + answer.description +
           "): set channels.telegram.botToken to the one @BotFather shows, and check apiRoot if "
           "you have set one";
}

} // namespace openclaw::telegram
