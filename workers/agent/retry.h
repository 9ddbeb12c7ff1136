// agent/retry.h — when a failed request is sent again: a table and one pure function over it.
#pragma once

#include "workers/agent/failure.h"

#include <optional>

namespace openclaw::agent {

struct RetryTable {
    int tries = 3; // the first included
    Milliseconds first{1'000};
    double factor = 3.0;
    double jitter = 0.2; // ± this share
    Milliseconds longest{
        30'000}; // a provider that asks for more is not asked again: the user may decide
};

// The pause before try number `tried` + 1; nothing: the failure stands. A pause the provider asks
// for is kept and lengthened only. `chance` in [0, 1) is where in the jitter's range this one
// falls; `left` is the run's own time.
std::optional<Milliseconds> pause_before_retry(const RetryTable& table, int tried,
                                               const RunFailure& failure, double chance,
                                               Milliseconds left);

} // namespace openclaw::agent
