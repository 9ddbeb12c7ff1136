// discord/bot_guard.h — two bots that answer each other without end are parted (BEHAVIOUR.md A1).
//
// For each conversation and bot: what it says and what we say counts together. 20 in a minute, and
// it is not heard for the next minute. Whether bots are heard at all is the supervisor's to say.
// Bounded; pure.
#pragma once

#include "common/base/clock.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

class BotGuard {
  public:
    static constexpr std::size_t most_messages = 20;
    static constexpr Milliseconds window = std::chrono::seconds(60);
    static constexpr Milliseconds cool_down = std::chrono::seconds(60);
    static constexpr std::size_t most_pairs = 1000;

    // May a message of this bot be passed on?
    bool hear(const std::string& channel, const std::string& bot, Instant now) {
        if (pairs_.size() >= most_pairs) forget_quiet(now);
        auto& pair = pairs_[channel + "/" + bot];
        if (now < pair.deaf_until) return false;
        add(pair, now);
        if (pair.recent.size() <= most_messages) return true;
        pair.deaf_until = now + cool_down;
        pair.recent.clear();
        return false;
    }

    // We said something there.
    void said(const std::string& channel, Instant now) {
        for (auto& [key, pair] : pairs_)
            if (key.starts_with(channel + "/")) add(pair, now);
    }

  private:
    struct Pair {
        std::deque<Instant> recent;
        Instant deaf_until{};
    };

    static void add(Pair& pair, Instant now) {
        while (!pair.recent.empty() && pair.recent.front() + window <= now)
            pair.recent.pop_front();
        pair.recent.push_back(now);
    }

    void forget_quiet(Instant now) {
        std::erase_if(pairs_, [now](const auto& entry) {
            const auto& pair = entry.second;
            return pair.deaf_until <= now &&
                   (pair.recent.empty() || pair.recent.back() + window <= now);
        });
        if (pairs_.size() >= most_pairs) pairs_.clear();
    }

    std::unordered_map<std::string, Pair> pairs_;
};

} // namespace openclaw::discord
