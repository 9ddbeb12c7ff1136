#include "supervisor/auth/attempt_limit.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::auth;

TEST_SUITE("supervisor/auth") {
    TEST_CASE("the tenth wrong try in a minute locks the source for five minutes") {
        ManualClock clock;
        AttemptLimit limit(clock);
        for (int i = 0; i < 10; ++i) {
            CHECK_FALSE(limit.locked_for("token 192.0.2.1"));
            limit.failed("token 192.0.2.1");
        }
        CHECK(limit.locked_for("token 192.0.2.1") == std::chrono::minutes(5));
        clock.advance(std::chrono::seconds(299));
        CHECK(limit.locked_for("token 192.0.2.1") == std::chrono::seconds(1));
        clock.advance(std::chrono::seconds(1));
        CHECK_FALSE(limit.locked_for("token 192.0.2.1"));
    }

    TEST_CASE("old tries do not count") {
        ManualClock clock;
        AttemptLimit limit(clock);
        for (int i = 0; i < 40; ++i) {
            limit.failed("a");
            clock.advance(std::chrono::seconds(7)); // nine in any minute
        }
        CHECK_FALSE(limit.locked_for("a"));
    }

    TEST_CASE("a success forgives, and sources do not know each other") {
        ManualClock clock;
        AttemptLimit limit(clock, {.attempts = 3});
        limit.failed("a");
        limit.failed("a");
        limit.succeeded("a");
        limit.failed("a");
        CHECK_FALSE(limit.locked_for("a"));
        limit.failed("a");
        limit.failed("a");
        CHECK(limit.locked_for("a"));
        CHECK_FALSE(limit.locked_for("b"));
    }

    TEST_CASE("more sources than the bound forget the one that failed longest ago") {
        ManualClock clock;
        AttemptLimit limit(clock, {.attempts = 1, .max_sources = 2});
        limit.failed("a");
        limit.failed("b");
        limit.failed("a");
        limit.failed("c");
        CHECK(limit.source_count() == 2);
        CHECK(limit.locked_for("a"));
        CHECK_FALSE(limit.locked_for("b"));
        CHECK(limit.locked_for("c"));
    }

    TEST_CASE("loopback is exempt unless a page asks; then the page is the source") {
        const ManualClock clock;
        const AttemptLimit limit(clock);
        CHECK_FALSE(limit.source_of({"127.0.0.1", true, ""}, "token"));
        CHECK(limit.source_of({"127.0.0.1", true, "http://a"}, "token") == "token http://a");
        CHECK(limit.source_of({"192.0.2.1", false, "http://a"}, "token") == "token 192.0.2.1");
    }

    TEST_CASE("loopback counts like everybody else where the configuration says so") {
        const ManualClock clock;
        const AttemptLimit limit(clock, {.exempts_loopback = false});
        CHECK(limit.source_of({"127.0.0.1", true, ""}, "token") == "token 127.0.0.1");
        CHECK(limit.source_of({"127.0.0.1", true, "http://a"}, "token") == "token http://a");
    }
}
