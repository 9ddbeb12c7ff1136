// base/backoff.h — the next pause: doubling, bounded, scattered.
#pragma once

#include "common/base/clock.h"
#include "common/base/strings.h"

#include <algorithm>
#include <cstdint>

namespace openclaw {

// `pause` moved by at most `percent` of itself, up or down.
inline Milliseconds scattered(Milliseconds pause, int percent) {
    const auto span = pause.count() * percent / 100;
    const auto shift =
        static_cast<std::int64_t>(random_below(static_cast<std::uint64_t>(2 * span + 1))) - span;
    return Milliseconds(pause.count() + shift);
}

class Backoff {
  public:
    Backoff(Milliseconds first, Milliseconds most)
        : first_(first)
        , most_(most) {}

    Milliseconds next() {
        const auto pause = std::min(first_ * (std::int64_t(1) << std::min(failures_, 16)), most_);
        ++failures_;
        return scattered(pause, 20);
    }

    void reset() { failures_ = 0; }

    int failures() const { return failures_; }

  private:
    Milliseconds first_;
    Milliseconds most_;
    int failures_ = 0;
};

} // namespace openclaw
