// base/wall_epoch.h — where the wall clock stands beside the monotonic one, and whether it was set.
//
// A wall clock that is set, to another day or from 1970, changes the difference of the two; so does
// a sleep of the machine, in which the monotonic clock rests. Rounding and slewing change it, too,
// by a little: less than `tolerance` is no news, so that what is shown stays as it was shown.
#pragma once

#include "common/base/clock.h"

#include <cstdlib>

namespace openclaw {

class WallEpoch {
  public:
    explicit WallEpoch(Milliseconds tolerance)
        : tolerance_(tolerance) {}

    // How far the wall clock was set since the call before; 0: it was not.
    Milliseconds follow(const Clock& clock) {
        const auto up = std::chrono::floor<Milliseconds>(clock.now().time_since_epoch());
        const auto epoch_ms = clock.unix_ms() - up.count();
        const Milliseconds jump(is_known_ ? epoch_ms - epoch_ms_ : 0);
        if (is_known_ && std::abs(jump.count()) <= tolerance_.count()) return Milliseconds(0);
        is_known_ = true;
        epoch_ms_ = epoch_ms;
        return jump;
    }

    // What the wall clock would have shown at Instant{}.
    std::int64_t ms() const { return epoch_ms_; }

  private:
    Milliseconds tolerance_;
    bool is_known_ = false;
    std::int64_t epoch_ms_ = 0;
};

} // namespace openclaw
