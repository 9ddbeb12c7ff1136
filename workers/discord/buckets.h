// discord/buckets.h — when a REST request may leave (DISCORD.md 1.2). Pure: time is an argument.
//
// Three limits at once: the bucket of the request, the bot's requests a second, and what a 429
// said. Nothing here is a number of Discord's but the global limit: buckets are learned from the
// answers. A bucket that is not known yet lets one request through at a time. What is in flight
// counts as used until its answer says otherwise.
#pragma once

#include "common/base/clock.h"
#include "workers/discord/route.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

namespace openclaw::discord {

// Of an answer: X-RateLimit-*.
struct RateFacts {
    std::string bucket; // empty: the answer named none
    std::int64_t limit = 0;
    std::int64_t remaining = 0;
    Milliseconds reset_after{0};
};

// Of a 429.
struct RateRefusal {
    Milliseconds retry_after{0};
    bool is_global = false;
};

class Buckets {
  public:
    // Below the 50 a second that Discord allows a bot: our seconds are not the server's.
    static constexpr std::size_t most_a_second = 45;

    // The first moment, not before `now`, at which a request may leave; nothing while that depends
    // on an answer that is still to come.
    std::optional<Instant> free_at(const Route& route, Instant now) const;
    void leave(const Route& route, Instant now);
    // The answer came, or none will.
    void settle(const Route& route, const RateFacts& facts, Instant now);
    void refuse(const Route& route, const RateRefusal& refusal, Instant now);

    // Until when a 429 holds what it named, as it is called in every life of this worker.
    static std::string held_name(const Route& route, const RateRefusal& refusal);
    void hold(const std::string& name, Instant until);
    // Must the next life of this worker know of it? What concerns one chat for a moment is over by
    // then; what has a token in its path is not written down.
    static bool is_worth_keeping(const Route& route, const RateRefusal& refusal);

    // Which requests wait for each other: the same for all that share a bucket.
    std::string key_of(const Route& route) const;
    void sweep(Instant now); // forgets what is idle

    std::size_t size() const { return buckets_.size(); }

  private:
    struct Bucket {
        bool is_known = false;
        std::int64_t limit = 1;
        std::int64_t remaining = 1;
        std::int64_t in_flight = 0;
        Instant resets_at{};
    };

    Bucket& bucket_of(const Route& route);
    void learn(const Route& route, const RateFacts& facts);

    std::unordered_map<std::string, std::string> hashes_; // by route shape
    std::unordered_map<std::string, Bucket> buckets_;     // by key_of()
    // Until when a 429 holds a route and major parameter. Not of the bucket: which one that is may
    // change with the next answer, and the 429 itself may name another.
    std::unordered_map<std::string, Instant> held_;
    std::deque<Instant> recent_; // those of the last second
    Instant all_held_until_{};
};

} // namespace openclaw::discord
