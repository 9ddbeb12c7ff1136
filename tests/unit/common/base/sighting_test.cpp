#include "common/base/sighting.h"
#include "common/base/wall_epoch.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace std::chrono_literals;

namespace {

constexpr Instant birth{1h};
constexpr std::int64_t noon = 1'795'000'000'000;
constexpr std::int64_t day = 86'400'000;

// Its two hands go their own ways.
struct TwoHands final : Clock {
    Instant monotonic = birth;
    std::int64_t wall_ms = noon;

    Instant now() const override { return monotonic; }

    std::int64_t unix_ms() const override { return wall_ms; }

    void advance(Milliseconds by) {
        monotonic += by;
        wall_ms += by.count();
    }
};

} // namespace

TEST_SUITE("common/base") {
    TEST_CASE("a sighting is as old as its stamp says, and no older than the word before") {
        Sighting sighting(birth);
        CHECK(sighting.at() == Instant{});
        sighting.hear(0, birth + 5s, noon + 5000);
        CHECK(sighting.at() == Instant{});
        sighting.hear(noon + 8000, birth + 10s, noon + 10'000);
        CHECK(sighting.at() == birth + 8s);
        sighting.hear(noon + 8000, birth + 15s, noon + 15'000);
        CHECK(sighting.at() == birth + 8s);
        sighting.hear(noon - day, birth + 20s, noon + 20'000); // it cannot be: we would know of it
        CHECK(sighting.at() == birth + 15s);
    }
    TEST_CASE("a wall clock that is set forward makes no sighting old") {
        Sighting sighting(birth);
        sighting.hear(noon, birth + 1s, noon + 1000);
        sighting.hear(noon + 4000, birth + 6s, noon + 6000 + day); // set between stamp and word
        CHECK(sighting.at() == birth + 1s);
        sighting.hear(noon + day + 10'000, birth + 11s, noon + day + 11'000);
        CHECK(sighting.at() == birth + 10s);
    }
    TEST_CASE("a wall clock that is set back leaves no sighting fresh: a black hole is seen") {
        Sighting sighting(birth);
        sighting.hear(noon, birth + 1s, noon + 1000);
        for (int word = 1; word < 1000; ++word)
            sighting.hear(noon, birth + 1s + word * 5s, noon - day + word * 5000);
        CHECK(sighting.at() == birth);
        sighting.hear(noon - day + 5'000'000, birth + 5001s, noon - day + 5'001'000);
        CHECK(sighting.at() == birth + 5000s);
    }
    TEST_CASE("the wall's epoch moves when the wall clock is set, and not by rounding") {
        TwoHands clock;
        WallEpoch epoch(20ms);
        CHECK(epoch.follow(clock) == 0ms);
        const auto first = epoch.ms();
        CHECK(first == noon - 3'600'000);
        clock.advance(10min);
        clock.wall_ms += 20;
        CHECK(epoch.follow(clock) == 0ms);
        CHECK(epoch.ms() == first);
        clock.wall_ms += day;
        CHECK(epoch.follow(clock) == Milliseconds(day + 20));
        CHECK(epoch.ms() == first + day + 20);
        clock.wall_ms -= 2 * day;
        CHECK(epoch.follow(clock) == Milliseconds(-2 * day));
        CHECK(epoch.follow(clock) == 0ms);
    }
}
