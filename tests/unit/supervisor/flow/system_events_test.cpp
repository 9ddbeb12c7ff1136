#include "supervisor/flow/system_events.h"

#include <doctest/doctest.h>

using namespace openclaw;
using flow::SystemEvents;
using From = flow::SystemEvents::From;

TEST_SUITE("supervisor/flow") {
    TEST_CASE("what happened is a line each, with its time and whose word it is, and told once") {
        ManualClock clock;
        SystemEvents events(clock);
        events.add("a", "the door is open", From::gateway);
        clock.advance(Milliseconds(61'000));
        events.add("a", "a reaction", From::stranger);
        CHECK(events.take("a") == "System: [2026-11-18 11:06:40 UTC] the door is open\n"
                                  "System (untrusted): [2026-11-18 11:07:41 UTC] a reaction\n");
        CHECK(events.take("a").empty());
    }
    TEST_CASE("sessions do not hear of each other's events") {
        ManualClock clock;
        SystemEvents events(clock);
        events.add("a", "one", From::gateway);
        CHECK(events.take("b").empty());
        CHECK(events.of("a").size() == 1);
    }
    TEST_CASE("the newest twenty of a session are kept, and a repetition says nothing new") {
        ManualClock clock;
        SystemEvents events(clock);
        for (int i = 0; i < 1000; ++i)
            for (int twice = 0; twice < 2; ++twice)
                events.add("a", std::to_string(i), From::stranger);
        REQUIRE(events.of("a").size() == SystemEvents::most_of_session);
        CHECK(events.of("a").front().text == "980");
        CHECK(events.of("a").back().text == "999");
    }
    TEST_CASE("strangers push out no news of the gateway's") {
        ManualClock clock;
        SystemEvents events(clock);
        events.add("a", "the door is open", From::gateway);
        for (int i = 0; i < 100; ++i)
            events.add("a", std::to_string(i), From::stranger);
        CHECK(events.of("a").size() == SystemEvents::most_of_session);
        CHECK(events.of("a").front().text == "the door is open");
        CHECK(events.of("a").back().text == "99");
        for (int i = 0; i < 100; ++i)
            events.add("a", "news " + std::to_string(i), From::gateway);
        events.add("a", "a reaction", From::stranger);
        CHECK(events.of("a").size() == SystemEvents::most_of_session);
        CHECK(events.of("a").back().text == "news 99");
    }
    TEST_CASE("of too many sessions the one that waits longest makes room") {
        ManualClock clock;
        SystemEvents events(clock);
        for (std::size_t i = 0; i <= SystemEvents::most_sessions; ++i)
            events.add(std::to_string(i), "x", From::stranger);
        CHECK(events.of("0").empty());
        CHECK(events.of("1").size() == 1);
        CHECK(events.of(std::to_string(SystemEvents::most_sessions)).size() == 1);
    }
    TEST_CASE("strangers in many sessions push out no session with news of the gateway's") {
        ManualClock clock;
        SystemEvents events(clock);
        events.add("a", "the door is open", From::gateway);
        events.add("a", "a reaction", From::stranger);
        for (std::size_t i = 0; i < 2 * SystemEvents::most_sessions; ++i)
            events.add("chat " + std::to_string(i), "x", From::stranger);
        CHECK(events.of("a").size() == 2);
        CHECK(events.of("chat 999").size() == 1);
        CHECK(events.of("chat 500").empty());
    }
    TEST_CASE("where the gateway's news wait everywhere, a stranger's line finds no room and the "
              "gateway's own does") {
        ManualClock clock;
        SystemEvents events(clock);
        for (std::size_t i = 0; i < SystemEvents::most_sessions; ++i)
            events.add(std::to_string(i), "news", From::gateway);
        events.add("chat", "x", From::stranger);
        CHECK(events.of("chat").empty());
        CHECK(events.of("0").size() == 1);
        events.add("b", "more news", From::gateway);
        CHECK(events.of("b").size() == 1);
        CHECK(events.of("0").empty());
    }
}
