// flow/system_events.h — what the agent hears of with the next turn of a session: reactions, and
// news from clients.
//
// Nothing here begins a turn. In memory, so a restart forgets it; the newest 20 of a session are
// kept, strangers' lines making room first, and 500 sessions: of those that only strangers' lines
// wait for, the one that has waited longest makes room. A line of a stranger's says that it is one.
#pragma once

#include "common/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

namespace openclaw::flow {

class SystemEvents {
  public:
    static constexpr std::size_t most_of_session = 20;
    static constexpr std::size_t most_sessions = 500;

    enum class From { gateway, stranger };

    struct Event {
        std::string text;
        From from = From::gateway;
        std::int64_t at_ms = 0;
    };

    using Events = std::deque<Event>; // the oldest first

    explicit SystemEvents(const Clock& clock)
        : clock_(clock) {}

    // The same text as the newest one says nothing new.
    void add(const std::string& session_key, std::string text, From from);
    const Events& of(const std::string& session_key) const;
    void forget(const std::string& session_key);
    // A line for each, and forgotten; empty when there are none.
    std::string take(const std::string& session_key);

  private:
    bool forget_one(From from); // false: nothing that may make room

    const Clock& clock_;
    std::unordered_map<std::string, Events> waiting_;
    std::deque<std::string> order_; // of its keys: who has waited longest is first
};

} // namespace openclaw::flow
