#include "common/base/allowance.h"

#include <doctest/doctest.h>

using namespace openclaw;

namespace {

int taken(Allowance& allowance, Instant now) {
    int count = 0;
    for (int i = 0; i < 1000; ++i)
        count += allowance.take(now) ? 1 : 0;
    return count;
}

} // namespace

TEST_SUITE("common/base") {
    TEST_CASE("a heap at once, then so many in a second, and a heap again after a quiet time") {
        ManualClock clock;
        Allowance allowance(20, 300);
        CHECK(taken(allowance, clock.now()) == 300);
        clock.advance(Milliseconds(1000));
        CHECK(taken(allowance, clock.now()) == 20);
        clock.advance(Milliseconds(40));
        CHECK_FALSE(allowance.take(clock.now()));
        clock.advance(std::chrono::hours(1));
        CHECK(taken(allowance, clock.now()) == 300);
    }
}
