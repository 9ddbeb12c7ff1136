#include "workers/discord/sign_in.h"

#include "workers/discord/intents.h"

#include <algorithm>
#include <utility>

namespace openclaw::discord {

Granted read_granted(json::View application) {
    const auto flags = application["flags"];
    if (!flags.is_integer()) return {};
    const auto has_one_of = [&](std::int64_t bits) { return (flags.integer() & bits) != 0; };
    return {.message_content = has_one_of(may_read_content),
            .guild_members = has_one_of(may_see_members),
            .presences = has_one_of(may_see_presences)};
}

SignIn::SignIn(AlarmMaker& alarms, Api& api, Listener& listener)
    : api_(api)
    , listener_(listener)
    , alarm_(alarms.make([this] { begin(); })) {}

SignIn::~SignIn() {
    if (call_ != 0) api_.cancel(call_);
}

void SignIn::begin() {
    call_ = api_.call({.path = "/users/@me", .idempotent = true, .comes_back = true},
                      [this](const Answer& answer) { on_me(answer); });
}

void SignIn::stop() {
    if (const auto call = std::exchange(call_, 0); call != 0) api_.cancel(call);
    alarm_->clear();
}

void SignIn::on_me(const Answer& answer) {
    call_ = 0;
    if (try_again(answer)) return;
    me_ = Identity::read(answer.result());
    call_ = api_.call({.path = "/applications/@me", .idempotent = true, .comes_back = true},
                      [this](const Answer& facts) { on_application(facts); });
}

void SignIn::on_application(const Answer& answer) {
    call_ = 0;
    if (try_again(answer)) return;
    const auto application = Snowflake::parse(answer.result()["id"].text());
    if (application) me_.application = *application;
    listener_.on_signed_in(me_, read_granted(answer.result()));
}

// Whatever went wrong: without an answer there is no going on.
bool SignIn::try_again(const Answer& answer) {
    const bool is_good = answer.ok() && Snowflake::parse(answer.result()["id"].text());
    if (is_good || answer.trouble == Trouble::auth) return !is_good;
    const auto pause = std::max(backoff_.next(), answer.retry_after.value_or(Milliseconds(0)));
    alarm_->set(pause);
    listener_.on_sign_in_failed(answer, backoff_.failures(), pause);
    return true;
}

} // namespace openclaw::discord
