// telegram/pace.h — how often we may send: windows for each chat, for groups, and for the whole
// bot.
//
// Telegram publishes "about 1 message a second in a chat, 20 a minute in a group, 30 a second
// overall" and answers 429 beyond (TELEGRAM.md 8). A limit here is "at most N in any W": a token
// bucket of the same average lets N more through right after a burst, which is just what the server
// refuses. Pure: time is an argument.
#pragma once

#include "common/base/clock.h"

#include <cstddef>
#include <vector>

namespace openclaw::telegram {

struct Limit {
    std::size_t count = 0; // 0: no limit
    Milliseconds within{0};
    std::size_t reserve = 0; // kept free for what is more urgent than a preview
};

struct PaceRules {
    Limit chat{.count = 3, .within = std::chrono::seconds(3), .reserve = 1};
    Limit group{.count = 20, .within = std::chrono::seconds(60), .reserve = 5}; // besides `chat`
    Limit bot{.count = 25, .within = std::chrono::seconds(1), .reserve = 5};    // 30 are allowed
};

enum class Urgency { normal, may_wait };

// The sends of the last while, against one limit.
class Window {
  public:
    explicit Window(Limit limit)
        : limit_(limit) {}

    // The first moment, not before `now`, at which one more may be sent.
    Instant free_at(Instant now, Urgency urgency) const;
    void take(Instant now);
    // The last one reached the server only now: its place is taken from this moment on.
    void settle_last(Instant now);
    void give_back_last();
    bool is_empty(Instant now) const;

  private:
    void forget_old(Instant now);

    Limit limit_;
    std::vector<Instant> taken_; // oldest first, at most limit_.count
};

} // namespace openclaw::telegram
