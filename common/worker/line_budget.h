// worker/line_budget.h — so many lines in a second, and how many were dropped. Pure.
//
// Both ends use it: the worker, so that a storm of log lines never crowds out its work, and the
// supervisor, so that a hijacked worker cannot fill the log.
#pragma once

#include "common/base/clock.h"

#include <cstdint>
#include <utility>

namespace openclaw::worker {

inline constexpr unsigned log_lines_per_second = 200;

class LineBudget {
  public:
    explicit LineBudget(unsigned per_second = log_lines_per_second)
        : per_second_(per_second) {}

    // False: this line is over the budget and counted as dropped.
    bool take(Instant now) {
        if (now - window_began_ >= std::chrono::seconds(1)) {
            window_began_ = now;
            used_ = 0;
        }
        if (used_ < per_second_) return ++used_, true;
        drop();
        return false;
    }

    void drop() { ++dropped_; } // lost for another reason

    std::uint64_t dropped() const { return dropped_; }

    std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

  private:
    unsigned per_second_;
    unsigned used_ = 0;
    std::uint64_t dropped_ = 0;
    Instant window_began_{};
};

} // namespace openclaw::worker
