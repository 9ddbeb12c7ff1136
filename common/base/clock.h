// base/clock.h — what time it is, as an interface, so that policy can be tested without waiting.
//
// `now` is monotonic (deadlines, pauses); `unix_ms` is the wall clock (records, the wire).
#pragma once

#include <chrono>
#include <cstdint>

namespace openclaw {

using Milliseconds = std::chrono::milliseconds;
using Instant = std::chrono::steady_clock::time_point;

class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    virtual std::int64_t unix_ms() const = 0;
};

class SystemClock final : public Clock {
  public:
    Instant now() const override { return std::chrono::steady_clock::now(); }

    std::int64_t unix_ms() const override {
        return std::chrono::duration_cast<Milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }
};

// The tests' clock: stands still until told.
class ManualClock final : public Clock {
  public:
    Instant now() const override { return now_; }

    std::int64_t unix_ms() const override { return unix_ms_; }

    void advance(Milliseconds by) {
        now_ += by;
        unix_ms_ += by.count();
    }

  private:
    Instant now_{std::chrono::hours(1)};
    std::int64_t unix_ms_ = 1'795'000'000'000;
};

} // namespace openclaw
