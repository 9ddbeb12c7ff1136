// discord/errands.h — small calls that may be made twice without harm: deletions, reactions.
//
// Each is repeated a few times when it did not get through, and is then given up: none of them is
// worth more than a debug line.
#pragma once

#include "common/loop/alarm.h"
#include "workers/discord/api.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

class Errands {
  public:
    static constexpr std::size_t most_errands = 1000;

    Errands(const Clock& clock, AlarmMaker& alarms, Api& api);

    void delete_message(const std::string& channel, const std::string& message_id);
    // Unicode, or "name:id" of a server's own. Empty: takes back what we put there.
    void react(const std::string& channel, const std::string& message_id, const std::string& emoji);

    bool is_idle() const { return errands_.empty(); }

  private:
    using Id = std::uint64_t;

    struct Errand {
        std::string method;
        std::string path;
        int tries = 0;
        Instant retry_at = Instant::max();
    };

    void begin(std::string method, std::string path);
    void call(Id id);
    void on_answer(Id id, const Answer& answer);
    void on_alarm();
    void plan();

    const Clock& clock_;
    Api& api_;
    std::unique_ptr<Alarm> alarm_;
    Id last_id_ = 0;
    std::unordered_map<Id, Errand> errands_;
    std::unordered_map<std::string, std::string> reactions_; // ours, by "channel/message"
};

// "👍" → "%F0%9F%91%8D": one segment of a path (RFC 3986, 2.1).
std::string path_segment(std::string_view text);

} // namespace openclaw::discord
