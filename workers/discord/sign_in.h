// discord/sign_in.h — who this bot is and what it was granted, before the gateway is asked for.
//
// GET /users/@me and GET /applications/@me, repeated with growing pauses until both are answered,
// and not before Discord wants to be asked. A token that is refused ends elsewhere
// (Rest::OnRefused).
#pragma once

#include "common/base/backoff.h"
#include "common/loop/alarm.h"
#include "workers/discord/api.h"
#include "workers/discord/identity.h"

#include <memory>

namespace openclaw::discord {

// Which privileged intents the application was granted. Where the server does not say, it is asked
// for and may refuse.
struct Granted {
    bool message_content = true;
    bool guild_members = true;
    bool presences = true;
};

Granted read_granted(json::View application);

class SignIn {
  public:
    struct Listener {
        virtual ~Listener() = default;
        virtual void on_signed_in(const Identity& me, const Granted& granted) = 0;
        // `in_a_row` counts this one.
        virtual void on_sign_in_failed(const Answer& answer, int in_a_row, Milliseconds pause) = 0;
    };

    SignIn(AlarmMaker& alarms, Api& api, Listener& listener);
    ~SignIn();

    void begin();
    void stop();

  private:
    void on_me(const Answer& answer);
    void on_application(const Answer& answer);
    bool try_again(const Answer& answer);

    Api& api_;
    Listener& listener_;
    Identity me_;
    Api::Id call_ = 0;
    Backoff backoff_{std::chrono::seconds(1), std::chrono::seconds(24)};
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
