#include "workers/egress/happy_eyeballs.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::egress;
using namespace std::chrono_literals;

namespace {

std::vector<Address> addresses(std::initializer_list<const char*> texts) {
    std::vector<Address> list;
    for (const char* text : texts)
        list.push_back(*parse_address(text));
    return list;
}

std::string texts(const std::vector<Address>& list) {
    std::string all;
    for (const auto& address : list)
        all += (all.empty() ? "" : " ") + address.text();
    return all;
}

std::string due(HappyEyeballs& eyeballs, const ManualClock& clock) {
    const auto address = eyeballs.take_due(clock.now());
    return address ? address->text() : "";
}

} // namespace

TEST_SUITE("workers/egress") {
    TEST_CASE("families take turns, IPv6 first, each in the resolver's order") {
        const auto all = addresses({"1.1.1.1", "2.2.2.2", "3.3.3.3", "2001:db9::1", "2001:db9::2"});
        CHECK(texts(in_order(all, wire::DIAL_ANY)) ==
              "2001:db9::1 1.1.1.1 2001:db9::2 2.2.2.2 3.3.3.3");
        CHECK(texts(in_order(all, wire::DIAL_IPV4_FIRST)) ==
              "1.1.1.1 2001:db9::1 2.2.2.2 2001:db9::2 3.3.3.3");
        CHECK(texts(in_order(all, wire::DIAL_IPV4_ONLY)) == "1.1.1.1 2.2.2.2 3.3.3.3");
        CHECK(texts(in_order(all, wire::DIAL_IPV6_ONLY)) == "2001:db9::1 2001:db9::2");
    }

    TEST_CASE("the next address is tried a quarter of a second later, while the first is pending") {
        ManualClock clock;
        HappyEyeballs eyeballs(addresses({"2001:db9::1", "1.1.1.1", "2.2.2.2"}));
        CHECK(due(eyeballs, clock) == "2001:db9::1");
        CHECK(due(eyeballs, clock).empty());
        CHECK(*eyeballs.next_at() == clock.now() + 250ms);
        clock.advance(249ms);
        CHECK(due(eyeballs, clock).empty());
        clock.advance(1ms);
        CHECK(due(eyeballs, clock) == "1.1.1.1");
        CHECK(due(eyeballs, clock).empty());
        clock.advance(250ms);
        CHECK(due(eyeballs, clock) == "2.2.2.2");
        CHECK_FALSE(eyeballs.next_at());
        CHECK_FALSE(eyeballs.is_over());
    }

    TEST_CASE("three attempts are made at once; a fourth waits until the oldest had its time") {
        ManualClock clock;
        HappyEyeballs eyeballs(addresses({"1.1.1.1", "2.2.2.2", "3.3.3.3", "4.4.4.4", "5.5.5.5"}));
        for (const char* address : {"1.1.1.1", "2.2.2.2", "3.3.3.3"}) {
            CHECK(due(eyeballs, clock) == address);
            clock.advance(250ms);
        }
        CHECK(due(eyeballs, clock).empty());
        clock.advance(2750ms);
        CHECK(due(eyeballs, clock) == "4.4.4.4");
        eyeballs.gave_way();
        CHECK(due(eyeballs, clock).empty());
        eyeballs.failed();
        CHECK(due(eyeballs, clock) == "5.5.5.5");
    }

    TEST_CASE("a failure lets the next one go at once, and the last failure ends it") {
        ManualClock clock;
        HappyEyeballs eyeballs(addresses({"2001:db9::1", "1.1.1.1"}));
        CHECK(due(eyeballs, clock) == "2001:db9::1");
        eyeballs.failed();
        CHECK_FALSE(eyeballs.is_over());
        CHECK(due(eyeballs, clock) == "1.1.1.1");
        CHECK_FALSE(eyeballs.is_over());
        eyeballs.failed();
        CHECK(eyeballs.is_over());
        CHECK(due(eyeballs, clock).empty());
    }
}
