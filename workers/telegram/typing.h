// telegram/typing.h — "typing…" in a chat while an answer is being made.
//
// Telegram shows it for five seconds (TELEGRAM.md 6.4), so it is said again every four. Droppable:
// it waits for nothing, is never repeated after a failure, and stays silent while the server holds
// the chat. That an answer which comes at once needs none is the supervisor's doing.
#pragma once

#include "common/loop/alarm.h"
#include "workers/telegram/api.h"
#include "workers/telegram/migrations.h"
#include "workers/telegram/send_queue.h"
#include "workers/telegram/target.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::telegram {

class Typing {
  public:
    Typing(const Clock& clock, AlarmMaker& alarms, Api& api, const SendQueue& queue,
           const Migrations& migrations);

    void begin(const Target& target);
    void end(const Target& target);
    // The answer grows: do not give up.
    void go_on(const Target& target);
    void stop(); // everywhere

  private:
    struct Chat {
        Target target;
        Instant next;
        Instant give_up;
    };

    void on_alarm();
    void say(const std::string& key, Chat& chat);
    void plan();

    const Clock& clock_;
    Api& api_;
    const SendQueue& queue_;
    const Migrations& migrations_;
    std::unordered_map<std::string, Chat> chats_;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::telegram
