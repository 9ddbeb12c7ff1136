#include "workers/telegram/sign_in.h"

#include <algorithm>
#include <utility>

namespace openclaw::telegram {

namespace {
constexpr Milliseconds answer_within = std::chrono::seconds(10); // TELEGRAM.md 2
}

SignIn::SignIn(AlarmMaker& alarms, Api& api, Listener& listener)
    : api_(api)
    , listener_(listener)
    , alarm_(alarms.make([this] { begin(); })) {}

void SignIn::begin() {
    call_ = api_.call({.method = "getMe",
                       .body = "{}",
                       .deadline = answer_within,
                       .lane = Lane::poll,
                       .idempotent = true},
                      [this](const Answer& answer) {
                          call_.reset();
                          on_answer(answer);
                      });
}

void SignIn::on_answer(const Answer& answer) {
    if (answer.ok() && answer.result()["id"].is_integer())
        return listener_.on_signed_in(Identity::read(answer.result()));
    if (answer.cause() == wire::CAUSE_NEEDS_OPERATOR) return listener_.on_refused(answer);
    const auto growing = backoff_.next();
    const bool is_told = answer.cause() == wire::CAUSE_RATE && answer.retry_after;
    const auto pause = is_told ? std::max(*answer.retry_after, growing) : growing;
    listener_.on_sign_in_failed(answer, backoff_.failures(), pause);
    alarm_->set(pause);
}

void SignIn::stop() {
    alarm_->clear();
    if (const auto call = std::exchange(call_, std::nullopt)) api_.cancel(*call);
}

} // namespace openclaw::telegram
