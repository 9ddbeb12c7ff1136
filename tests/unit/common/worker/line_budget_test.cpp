#include "common/worker/line_budget.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::worker;

TEST_SUITE("common/worker") {
    TEST_CASE("a second has its lines and no more, the next one has its own") {
        ManualClock clock;
        LineBudget budget(3);
        int taken = 0;
        for (int i = 0; i < 10; ++i)
            taken += budget.take(clock.now());
        CHECK(taken == 3);
        CHECK(budget.dropped() == 7);
        clock.advance(std::chrono::milliseconds(999));
        CHECK_FALSE(budget.take(clock.now()));
        clock.advance(std::chrono::milliseconds(1));
        CHECK(budget.take(clock.now()));
        CHECK(budget.take_dropped() == 8);
        CHECK(budget.dropped() == 0);
    }
}
