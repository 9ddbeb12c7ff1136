// telegram/sign_in.h — learns who the bot is (getMe), for as long as it takes.
//
// A token the server refuses ends it; everything else is tried again, with growing pauses.
#pragma once

#include "common/base/backoff.h"
#include "common/loop/alarm.h"
#include "workers/telegram/api.h"
#include "workers/telegram/identity.h"

#include <memory>
#include <optional>

namespace openclaw::telegram {

class SignIn {
  public:
    struct Listener {
        virtual ~Listener() = default;
        virtual void on_signed_in(const Identity& me) = 0;
        // `in_a_row` counts this one.
        virtual void on_sign_in_failed(const Answer& answer, int in_a_row, Milliseconds pause) = 0;
        virtual void on_refused(const Answer& answer) = 0;
    };

    SignIn(AlarmMaker& alarms, Api& api, Listener& listener);
    void begin();

    void begin_after(Milliseconds pause) { alarm_->set(pause); }

    void stop();

  private:
    void on_answer(const Answer& answer);

    Api& api_;
    Listener& listener_;
    std::unique_ptr<Alarm> alarm_;
    Backoff backoff_{std::chrono::seconds(1), std::chrono::seconds(30)};
    std::optional<Api::Id> call_;
};

} // namespace openclaw::telegram
