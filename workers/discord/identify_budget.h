// discord/identify_budget.h — how often a new session may be begun.
//
// Discord allows 1,000 in 24 hours and resets the token of a bot that goes on (API reference,
// "Session Start Limit"). We take at most 900, and the more of them are used the longer the pause
// between two, so that even a day of trouble never ends in silence. The times survive restarts
// (Remembered) and are on disk before one leaves; the server's own count is the second guard. Pure:
// time is an argument.
#pragma once

#include "common/base/clock.h"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace openclaw::discord {

class IdentifyBudget {
  public:
    static constexpr std::size_t most_a_day = 900;

    IdentifyBudget() = default;
    // What text() gave; anything else is an empty budget.
    explicit IdentifyBudget(std::string_view text);

    // How long to wait before the next one. Zero: now.
    Milliseconds pause(std::int64_t now_unix_ms) const;
    // One is sent now: to be on record before it leaves.
    void take(std::int64_t now_unix_ms);
    void give_back(); // the last one: it was not sent
    std::size_t used(std::int64_t now_unix_ms) const;

    std::size_t remaining(std::int64_t now_unix_ms) const { return most_a_day - used(now_unix_ms); }

    std::string text() const;

  private:
    std::deque<std::int64_t> taken_; // unix ms, oldest first, at most most_a_day
};

} // namespace openclaw::discord
