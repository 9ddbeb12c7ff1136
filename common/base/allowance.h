// base/allowance.h — so many in a second for long, and a heap of them at once. Pure.
#pragma once

#include "common/base/clock.h"

#include <algorithm>

namespace openclaw {

class Allowance {
  public:
    Allowance(unsigned per_second, unsigned at_once)
        : per_second_(per_second)
        , at_once_(at_once)
        , left_(at_once) {}

    // False: there is none left at this moment.
    bool take(Instant now) {
        const std::chrono::duration<double> passed = now - looked_at_;
        left_ = std::min(at_once_, left_ + passed.count() * per_second_);
        looked_at_ = now;
        if (left_ < 1) return false;
        left_ -= 1;
        return true;
    }

  private:
    double per_second_, at_once_;
    double left_;
    Instant looked_at_{};
};

} // namespace openclaw
