#include "supervisor/policy/session_reset.h"

#include <doctest/doctest.h>

#include <stdlib.h>

#include <ctime>
#include <string>

using namespace openclaw;
using namespace openclaw::policy;
using config::ResetRule;

namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;

// The process's time zone, put back afterwards.
class Zone {
  public:
    explicit Zone(const char* name) {
        if (const char* before = getenv("TZ")) before_ = before;
        setenv("TZ", name, 1);
        tzset();
    }

    ~Zone() {
        if (before_.empty())
            unsetenv("TZ");
        else
            setenv("TZ", before_.c_str(), 1);
        tzset();
    }

  private:
    std::string before_;
};

SessionParts parts_of(std::string_view key) {
    return read_session_key(key).value();
}

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("the rule is the channel's, else the type's, else the general one") {
        config::Session session;
        session.reset.mode = ResetRule::Mode::daily;
        session.reset_by_type["group"].mode = ResetRule::Mode::idle;
        session.reset_by_type["thread"].at_hour = 9;
        session.reset_by_channel["discord"].mode = ResetRule::Mode::none;
        CHECK(&reset_rule(parts_of("agent:main:main"), session) == &session.reset);
        CHECK(&reset_rule(parts_of("agent:main:telegram:group:-1"), session) ==
              &session.reset_by_type["group"]);
        CHECK(&reset_rule(parts_of("agent:main:telegram:group:-1:topic:7"), session) ==
              &session.reset_by_type["thread"]);
        CHECK(&reset_rule(parts_of("agent:main:discord:channel:5"), session) ==
              &session.reset_by_channel["discord"]);
    }
    TEST_CASE("none never ends, nothing ends what never began") {
        CHECK_FALSE(is_over({}, 1, 1000 * day));
        CHECK_FALSE(is_over({.mode = ResetRule::Mode::idle, .at_hour = 4, .idle_minutes = 1}, 0,
                            1000 * day));
    }
    TEST_CASE("idleness ends a conversation to the millisecond") {
        const ResetRule rule{.mode = ResetRule::Mode::idle, .at_hour = 4, .idle_minutes = 30};
        CHECK_FALSE(is_over(rule, day, day + 30 * minute - 1));
        CHECK(is_over(rule, day, day + 30 * minute));
        CHECK_FALSE(is_over({.mode = ResetRule::Mode::idle, .at_hour = 4, .idle_minutes = {}}, day,
                            100 * day));
    }
    TEST_CASE("a daily rule ends it when the local hour passes") {
        const Zone zone("UTC");
        const ResetRule rule{.mode = ResetRule::Mode::daily, .at_hour = 4, .idle_minutes = {}};
        const std::int64_t four = 20'000 * day + 4 * hour;
        CHECK(is_over(rule, four - 1, four));
        CHECK_FALSE(is_over(rule, four, four + 1));
        CHECK_FALSE(is_over(rule, four - day, four - 1));
        CHECK(is_over(rule, four - day - 1, four - 1));
    }
    TEST_CASE("the hour is local, through a clock change") {
        const Zone zone("Europe/Berlin");
        const ResetRule rule{.mode = ResetRule::Mode::daily, .at_hour = 4, .idle_minutes = {}};
        constexpr std::int64_t summer_begins =
            1'774'746'000'000; // 2026-03-29 01:00 UTC: 02:00 becomes 03:00
        CHECK_FALSE(is_over(rule, summer_begins, summer_begins + hour - 1)); // 03:59:59 local
        CHECK(is_over(rule, summer_begins, summer_begins + hour));           // 04:00 local
    }
    TEST_CASE("a daily rule with idleness ends by whichever comes first") {
        const Zone zone("UTC");
        const ResetRule rule{.mode = ResetRule::Mode::daily, .at_hour = 4, .idle_minutes = 10};
        const std::int64_t noon = 20'000 * day + 12 * hour;
        CHECK_FALSE(is_over(rule, noon, noon + 9 * minute));
        CHECK(is_over(rule, noon, noon + 10 * minute));
    }
}
