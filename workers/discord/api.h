// discord/api.h — the REST API as the rest of this worker sees it: a path, a JSON body, one answer.
//
// Rate limits, their pauses and the repeats they cost are behind this interface, and so is the
// token.
#pragma once

#include "common/base/clock.h"
#include "workers/discord/answer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace openclaw::discord {

// Highest first.
enum class Priority : std::uint8_t {
    answer,   // to an interaction: three seconds
    final,    // whole messages, and what the worker itself needs to know
    preview,  // of a message that grows
    cosmetic, // typing, reactions: nobody misses one
};

// DISCORD.md 8
inline constexpr Milliseconds call_deadline = std::chrono::seconds(15);

struct Call {
    std::string method = "GET";
    std::string path;                              // "/channels/123/messages?limit=50"
    std::string body{};                            // empty: none
    std::string content_type = "application/json"; // of the body
    Priority priority = Priority::final;
    Milliseconds deadline = call_deadline; // of one try, once it has left the queue
    bool idempotent = false;   // may be written twice when a kept connection turns out to be dead
    bool rather_never = false; // than late: it is left away when it cannot leave at once
    // Comes back, as Trouble::rate, when its rate limit wants more than a moment: who called holds
    // what others wait for meanwhile.
    bool comes_back = false;
    bool is_anonymous = false; // an interaction's own token is in the path
    // The request is written next; false holds it back. May be empty, may not call the Api.
    std::move_only_function<bool()> on_leaving = {};
};

class Api {
  public:
    using Id = std::uint64_t; // never 0
    using OnAnswer = std::move_only_function<void(Answer)>;

    virtual ~Api() = default; // no answers come after that
    // `done` is called exactly once, never from inside, unless the call is cancelled.
    virtual Id call(Call call, OnAnswer done) = 0;
    virtual void cancel(Id id) = 0;
    virtual std::size_t in_flight() const = 0;
};

} // namespace openclaw::discord
