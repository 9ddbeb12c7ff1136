// discord/history.h — what was written while no session was there to tell (DISCORD.md 3.8).
//
// When a session is lost, each channel whose messages we know is asked for what came after the last
// one on record, oldest first, one channel after the other. A channel that says that nothing came
// costs no request; one that cannot be asked now is asked again in minutes. What arrives is treated
// like any message; the supervisor drops what it knows. Reactions, edits and commands of that time
// are gone for good. Bounded in age and number.
#pragma once

#include "common/loop/alarm.h"
#include "workers/discord/api.h"
#include "workers/discord/remembered.h"
#include "workers/discord/world.h"

#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace openclaw::discord {

class History {
  public:
    static constexpr Milliseconds oldest = std::chrono::hours(24);
    static constexpr int most_of_a_channel = 500;

    using OnMessage = std::function<void(json::View message)>;

    // `on_over`: all channels were read, or never can be.
    History(const Clock& clock, AlarmMaker& alarms, Api& api, World& world, OnMessage on_message,
            std::function<void()> on_over);
    ~History();

    // Replaces what was begun before.
    void begin(std::vector<std::pair<Snowflake, Snowflake>> channels);
    void stop();

    bool is_idle() const { return channels_.empty(); }

    int found() const { return found_; } // messages, since the process began

  private:
    struct Gap {
        Snowflake channel;
        Snowflake after;
        int messages = 0;
        int tries = 0;
        int rounds = 0; // that ended without an answer
    };

    void next();
    void learn();
    void on_channel(const Answer& answer);
    void read();
    void on_messages(const Answer& answer);
    void over();
    bool try_again(const Answer& answer);
    bool put_off();

    const Clock& clock_;
    Api& api_;
    World& world_;
    OnMessage on_message_;
    std::function<void()> on_over_;
    std::deque<Gap> channels_; // the first is being read
    Api::Id call_ = 0;
    int found_ = 0;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
