// telegram/errands.h — small calls that may be made twice without harm: deletions, reactions.
//
// Each waits for its turn in the chat, is repeated when it did not get through, and is then given
// up: none of them is worth more than a debug line.
#pragma once

#include "common/loop/alarm.h"
#include "workers/telegram/api.h"
#include "workers/telegram/send_queue.h"
#include "workers/telegram/target.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::telegram {

class Errands {
  public:
    Errands(const Clock& clock, AlarmMaker& alarms, Api& api, SendQueue& queue);

    void delete_message(const Target& target, const std::string& message_id);
    void react(const Target& target, const std::string& message_id, const std::string& emoji);

    bool is_idle() const { return errands_.empty(); }

  private:
    struct Errand {
        std::string chat;
        std::string_view method;
        std::string body;
        int tries = 0;
        Instant retry_at = Instant::max();
    };

    using Id = std::uint64_t;

    void begin(Errand errand);
    void queue_up(Id id);
    void on_turn(Id id);
    void on_answer(Id id, const Answer& answer);
    void on_alarm();
    void plan();

    const Clock& clock_;
    Api& api_;
    SendQueue& queue_;
    std::unique_ptr<Alarm> alarm_;
    Id last_id_ = 0;
    std::unordered_map<Id, Errand> errands_;
};

} // namespace openclaw::telegram
