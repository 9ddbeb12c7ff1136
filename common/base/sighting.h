// base/sighting.h — when somebody else last saw something, on our own clock that does not jump.
//
// A worker says "the platform last answered at T" by the wall clock, and a wall clock jumps: set by
// hand, from local time, or from 1970 when the network is there. What cannot lie is that T is
// another one than in the word before: then it was seen between the two words. The age that T
// claims is believed within that time, and no further.
//
// The monotonic clock rests while the machine sleeps. After a suspend nothing is older than it was
// before: what died in the sleep is noticed as what dies awake is, by its silence from then on.
#pragma once

#include "common/base/clock.h"

#include <algorithm>

namespace openclaw {

class Sighting {
  public:
    Sighting() = default;

    // Nothing was seen before `since`, as far as this one knows.
    explicit Sighting(Instant since)
        : heard_(since) {}

    // Goes on with what another image of this program knew.
    Sighting(Instant at, std::int64_t stamp_ms)
        : at_(at)
        , heard_(at)
        , stamp_ms_(stamp_ms) {}

    // A word that came `now`, when the wall clock said `unix_ms`: last seen at `stamp_ms`, 0:
    // never.
    void hear(std::int64_t stamp_ms, Instant now, std::int64_t unix_ms) {
        if (stamp_ms != 0 && stamp_ms != stamp_ms_) {
            const auto at_most = std::chrono::duration_cast<Milliseconds>(now - heard_);
            at_ = now - std::clamp(Milliseconds(unix_ms - stamp_ms), Milliseconds(0), at_most);
            stamp_ms_ = stamp_ms;
        }
        heard_ = now;
    }

    // Instant{}: never.
    Instant at() const { return at_; }

    // As it was told: for the next image, not for judging.
    std::int64_t stamp_ms() const { return stamp_ms_; }

  private:
    Instant at_{};
    Instant heard_{}; // the last word
    std::int64_t stamp_ms_ = 0;
};

} // namespace openclaw
