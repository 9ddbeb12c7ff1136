// discord/typing.h — "… is typing" in a channel while an answer is being made.
//
// Discord shows it for ten seconds or until a message (DISCORD.md 2.5), so it is said again every
// eight. It waits for nothing, is never repeated after a failure, and ends by itself when nobody
// has asked for it any more: a run that vanished leaves no channel typing.
#pragma once

#include "common/loop/alarm.h"
#include "workers/discord/api.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

class Typing {
  public:
    Typing(const Clock& clock, AlarmMaker& alarms, Api& api);

    void begin(const std::string& channel);
    void end(const std::string& channel);
    void go_on(const std::string& channel); // the answer grows: do not give up
    void stop();                            // everywhere

  private:
    struct Channel {
        Instant next;
        Instant give_up;
    };

    void on_alarm();
    void say(const std::string& channel);
    void plan();

    const Clock& clock_;
    Api& api_;
    std::unordered_map<std::string, Channel> channels_;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
