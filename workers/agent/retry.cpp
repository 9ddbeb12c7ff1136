#include "workers/agent/retry.h"

#include <algorithm>
#include <cmath>

namespace openclaw::agent {

std::optional<Milliseconds> pause_before_retry(const RetryTable& table, int tried,
                                               const RunFailure& failure, double chance,
                                               Milliseconds left) {
    if (!failure.retryable || tried >= table.tries) return std::nullopt;
    const double grown =
        static_cast<double>(table.first.count()) * std::pow(table.factor, tried - 1);
    const double ours = grown * (1 + table.jitter * (2 * chance - 1));
    const auto asked = failure.retry_after.value_or(Milliseconds(0));
    if (asked > table.longest) return std::nullopt;
    // Many runs are told the same pause; they must not come back in the same millisecond.
    const double theirs = static_cast<double>(asked.count()) * (1 + table.jitter / 2 * chance);
    const auto pause = Milliseconds(
        std::llround(std::max(std::min(ours, static_cast<double>(table.longest.count())), theirs)));
    if (pause >= left) return std::nullopt;
    return pause;
}

} // namespace openclaw::agent
