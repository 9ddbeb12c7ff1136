#include "common/net/retry_after.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::net;
using namespace std::chrono_literals;

TEST_SUITE("common/net") {
    constexpr std::int64_t now = 784'111'777'000; // Sun, 06 Nov 1994 08:49:37 GMT

    TEST_CASE("Retry-After in seconds, with and without a fraction") {
        CHECK(parse_retry_after("0", now) == 0ms);
        CHECK(parse_retry_after(" 30 ", now) == 30s);
        CHECK(parse_retry_after("1.5", now) == 1500ms);
        CHECK(parse_retry_after("99999999999999999999", now) == std::chrono::hours(365 * 24));
    }

    TEST_CASE("Retry-After as a date in each of the three forms of RFC 9110") {
        CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now) == 10s);
        CHECK(parse_retry_after("Sunday, 06-Nov-94 08:49:47 GMT", now) == 10s);
        CHECK(parse_retry_after("Sun Nov  6 08:49:47 1994", now) == 10s);
    }

    TEST_CASE("a date that has passed is no pause") {
        CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now) == 0ms);
    }

    TEST_CASE("what is neither is nothing") {
        for (const char* text :
             {"", "soon", "-1", "1e3", "nan", "inf", "12s", "Sun, 06 Nov 1994", "0x10"}) {
            CAPTURE(text);
            CHECK_FALSE(parse_retry_after(text, now).has_value());
        }
    }
}
