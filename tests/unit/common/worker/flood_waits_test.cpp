#include "common/worker/flood_waits.h"
#include "tests/unit/workers/scripted.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace std::chrono_literals;
using scripted::FakeUplink;
using worker::FloodWaits;

namespace {

constexpr std::int64_t day_ms = 24 * 3'600'000;

// A wall clock that somebody sets.
struct SetClock final : Clock {
    Instant now() const override { return Instant{std::chrono::hours(1)}; }

    std::int64_t unix_ms() const override { return wall_ms; }

    std::int64_t wall_ms = 1'795'000'000'000;
};

std::string state_value(const FakeUplink& uplink, const std::string& key) {
    std::string value;
    for (const auto& frame : uplink.frames)
        for (const auto& entry : frame.state_write().entries())
            if (entry.key() == key) value = entry.value();
    return value;
}

} // namespace

TEST_SUITE("common/worker") {
    TEST_CASE("a flood wait outlives the process that was asked for it, and ends when it ends") {
        ManualClock clock;
        FakeUplink uplink;
        FloodWaits floods(clock, uplink, {});
        floods.note("5001", 30s);
        floods.note("5001", 10s); // a shorter one changes nothing
        floods.note("poll", 60s);
        CHECK(uplink.frames.size() == 3); // each at once: this process may die now
        clock.advance(20s);
        const std::map<std::string, std::string> kept{{"flood", state_value(uplink, "flood")}};
        FloodWaits next_life(clock, uplink, kept);
        CHECK(next_life.left() ==
              std::map<std::string, Milliseconds>{{"5001", 10s}, {"poll", 40s}});
        clock.advance(15s);
        CHECK(next_life.left() == std::map<std::string, Milliseconds>{{"poll", 25s}});
        CHECK(FloodWaits(clock, uplink, {{"flood", "no json"}}).left().empty());
    }
    TEST_CASE("a clock that was moved by a day makes no flood wait longer than it was") {
        SetClock clock;
        FakeUplink uplink;
        FloodWaits floods(clock, uplink, {});
        floods.note("poll", 60s);
        const auto kept_now = [&] { return state_value(uplink, "flood"); };
        clock.wall_ms -= day_ms;
        CHECK(floods.left().at("poll") == 60s);
        FloodWaits next_life(clock, uplink, {{"flood", kept_now()}});
        CHECK(next_life.left().at("poll") == 60s);
        next_life.begin();
        clock.wall_ms += 20'000; // the life after that goes on, although the clock is still behind
        CHECK(FloodWaits(clock, uplink, {{"flood", kept_now()}}).left().at("poll") == 40s);
        next_life.note("poll", 10s); // a shorter one changes nothing
        CHECK(FloodWaits(clock, uplink, {{"flood", kept_now()}}).left().at("poll") == 40s);
        clock.wall_ms += day_ms;
        CHECK(FloodWaits(clock, uplink, {{"flood", kept_now()}}).left().empty());
    }
    TEST_CASE("what an earlier release wrote of a flood wait is understood, and nonsense is none") {
        SetClock clock;
        FakeUplink uplink;
        const auto until = std::to_string(clock.unix_ms() + 5000);
        FloodWaits floods(clock, uplink,
                          {{"flood", R"({"poll":)" + until + R"(,"1":[5],"2":"x"})"}});
        CHECK(floods.left() == std::map<std::string, Milliseconds>{{"poll", 5s}});
        for (const auto* text : {R"({"1":[9,3]})", R"({"1":[-9223372036854775807,5]})", "[]", ""})
            CHECK(FloodWaits(clock, uplink, {{"flood", text}}).left().empty());
    }
    TEST_CASE("only the longest flood waits are remembered") {
        ManualClock clock;
        FakeUplink uplink;
        FloodWaits floods(clock, uplink, {});
        for (std::size_t i = 0; i <= FloodWaits::most; ++i)
            floods.note(std::to_string(i), std::chrono::seconds(i + 1));
        CHECK(floods.left().size() == FloodWaits::most);
        CHECK_FALSE(floods.left().contains("0"));
    }
}
