// telegram/api.h — the Bot API as the rest of this worker sees it: a method, a JSON body, one
// answer.
//
// The token is known behind this interface only.
#pragma once

#include "common/base/clock.h"
#include "workers/telegram/answer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace openclaw::telegram {

// Calls on different lanes never wait for each other's connection: a poll rests for half a minute.
enum class Lane : std::uint8_t { poll, send };

// TELEGRAM.md 10
inline constexpr Milliseconds control_deadline = std::chrono::seconds(15);
inline constexpr Milliseconds send_deadline = std::chrono::seconds(30);

struct Call {
    std::string_view method; // "sendMessage"; outlives the call
    std::string body;        // a JSON object
    Milliseconds deadline = send_deadline;
    Lane lane = Lane::send;
    bool idempotent = false; // may be written twice when a kept connection turns out to be dead
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
    // The next calls of this lane use fresh connections and a fresh name lookup.
    virtual void rebuild(Lane lane) = 0;
    virtual std::size_t in_flight(Lane lane) const = 0;
};

} // namespace openclaw::telegram
