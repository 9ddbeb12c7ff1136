#include "supervisor/policy/health.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;

namespace {

using Process = Evidence::Process;
using Said = Evidence::Said;

constexpr std::int64_t start = 1'000'000'000'000;
constexpr std::int64_t second = 1000;
constexpr config::HealthRule rule; // 45 s, 90 s: the defaults

// A Telegram account that was connected, and answered at `start`.
Evidence connected() {
    return {.process = Process::serving,
            .pong_ms = start,
            .wanted_since_ms = start - 600 * second,
            .said = Said::connected,
            .speaks_regularly = true,
            .contact_ms = start};
}

HealthVerdict after(const Evidence& evidence, std::int64_t seconds) {
    return judge_health(evidence, rule, start + seconds * second);
}

Judged one(std::string id, std::string channel, HealthVerdict verdict) {
    return {.id = std::move(id),
            .label = {},
            .channel = std::move(channel),
            .account = {},
            .verdict = std::move(verdict)};
}

} // namespace

TEST_SUITE("policy/health") {
    TEST_CASE("a black-holed platform is degraded within a minute and down within two") {
        // The process lives and answers pings all the time; the worker still believes in its poll.
        auto evidence = connected();
        CHECK(after(evidence, 31).level == Level::ok); // a long poll rests 30 s
        const auto late = after(evidence, 60);
        CHECK(late.level == Level::degraded);
        CHECK(late.ailment == Ailment::silence);
        CHECK(late.since_ms == start);
        CHECK(late.seen == "an answer of the platform");
        CHECK(late.seen_ms == start);
        evidence.said = Said::degraded; // now it has noticed, too: the clock goes on
        evidence.good_until_ms = start;
        evidence.detail = "Telegram cannot be reached";
        CHECK(after(evidence, 61).level == Level::degraded);
        const auto lost = after(evidence, 120);
        CHECK(lost.level == Level::down);
        CHECK(lost.reason == "Telegram cannot be reached");
        CHECK(lost.since_ms == start);
    }
    TEST_CASE("every verdict names the moment from which time alone changes it") {
        const auto evidence = connected();
        const auto well = after(evidence, 0);
        REQUIRE(well.changes_at_ms == start + 45 * second);
        CHECK(judge_health(evidence, rule, well.changes_at_ms - 1).level == Level::ok);
        const auto late = judge_health(evidence, rule, well.changes_at_ms);
        CHECK(late.level == Level::degraded);
        REQUIRE(late.changes_at_ms == start + 90 * second);
        CHECK(judge_health(evidence, rule, late.changes_at_ms - 1).level == Level::degraded);
        const auto lost = judge_health(evidence, rule, late.changes_at_ms);
        CHECK(lost.level == Level::down);
        CHECK(lost.changes_at_ms == 0);
    }
    TEST_CASE("a platform that speaks when it likes is believed while its worker lives") {
        auto evidence = connected();
        evidence.speaks_regularly = false;
        CHECK(after(evidence, 86'400).level == Level::ok);
        evidence.is_unresponsive = true; // and its process does not answer
        evidence.pong_ms = start + 86'390 * second;
        CHECK(after(evidence, 86'400).level == Level::degraded);
        CHECK(after(evidence, 86'400).ailment == Ailment::unresponsive);
    }
    TEST_CASE("an account that signs in is unknown at first, then degraded, then down") {
        Evidence evidence{.process = Process::serving,
                          .wanted_since_ms = start,
                          .said = Said::connecting,
                          .speaks_regularly = true};
        CHECK(after(evidence, 10).level == Level::unknown);
        CHECK(after(evidence, 10).ailment == Ailment::starting);
        CHECK(after(evidence, 50).level == Level::degraded);
        CHECK(after(evidence, 91).level == Level::down);
        evidence.said = Said::degraded; // the platform refuses: no time of grace
        CHECK(after(evidence, 1).level == Level::degraded);
    }
    TEST_CASE("a process that dies and comes back is degraded meanwhile, not down") {
        auto evidence = connected();
        evidence.process = Process::starting;
        evidence.process_reason = "signal 11 SIGSEGV: memory fault";
        evidence.state_since_ms = start + 10 * second;
        const auto dying = after(evidence, 10); // it is killed, its end has not been told yet
        CHECK(dying.level == Level::degraded);
        CHECK(dying.ailment == Ailment::process);
        CHECK(dying.since_ms == start + 10 * second);
        evidence.said = Said::nothing; // the next life
        evidence.good_until_ms = start + 10 * second;
        CHECK(after(evidence, 12).level == Level::degraded);
        evidence.process = Process::serving;
        CHECK(after(evidence, 13).level == Level::degraded); // it is connecting
        CHECK(after(evidence, 101).level == Level::down);    // and connects in vain
        evidence.said = Said::connected;
        evidence.contact_ms = start + 101 * second;
        CHECK(after(evidence, 101).level == Level::ok);
    }
    TEST_CASE("a process that dies again and again is not well in between: degraded, then down, "
              "until a life lasts") {
        auto evidence = connected();
        evidence.crashing_since_ms = start;
        evidence.process_reason = "it died 8 times in a row";
        for (const std::int64_t now : {25, 60, 89}) { // connected, and answered a moment ago
            evidence.contact_ms = evidence.pong_ms = start + now * second;
            CHECK(after(evidence, now).level == Level::degraded);
            CHECK(after(evidence, now).ailment == Ailment::process);
            CHECK(after(evidence, now).reason == "it died 8 times in a row");
        }
        evidence.believed_at_ms = start + 85 * second;
        CHECK(after(evidence, 60).changes_at_ms == start + 85 * second);
        evidence.believed_at_ms = start + 130 * second;
        CHECK(after(evidence, 89).changes_at_ms == start + 90 * second);
        const auto lost = after(evidence, 95);
        CHECK(lost.level == Level::down);
        CHECK(lost.since_ms == start);
        CHECK(lost.changes_at_ms == start + 130 * second);
        evidence.process = Process::given_up; // the breaker
        CHECK(after(evidence, 200).level == Level::down);
        CHECK(after(evidence, 200).since_ms == start);
        evidence.process = Process::serving;
        evidence.crashing_since_ms = 0; // it has lasted
        evidence.contact_ms = start + 300 * second;
        CHECK(after(evidence, 300).level == Level::ok);
    }
    TEST_CASE("what only a person can change is down at once") {
        auto evidence = connected();
        evidence.said = Said::needs_operator;
        evidence.detail = "Telegram refuses the bot token";
        CHECK(after(evidence, 0).level == Level::down);
        CHECK(after(evidence, 0).ailment == Ailment::needs_operator);
        CHECK(after(evidence, 0).reason == "Telegram refuses the bot token");
        Evidence given_up{.process = Process::given_up,
                          .process_reason = "it died 8 times",
                          .wanted_since_ms = start};
        CHECK(after(given_up, 1).level == Level::down);
        CHECK(after(given_up, 1).reason == "it died 8 times");
    }
    TEST_CASE("what is meant to be off is unknown, and counts for nobody") {
        for (auto off : {Evidence{.is_enabled = false}, Evidence{.problem = "no token"},
                         Evidence{.is_held = true, .process = Process::none}}) {
            const auto verdict = after(off, 100'000);
            CHECK(verdict.level == Level::unknown);
            CHECK_FALSE(verdict.counts());
            CHECK(verdict.changes_at_ms == 0);
        }
    }
    TEST_CASE("the time an account was paused is not held against it") {
        auto evidence = connected();
        evidence.said = Said::connecting;
        evidence.good_until_ms = start; // paused then, and resumed an hour later
        evidence.wanted_since_ms = start + 3600 * second;
        CHECK(after(evidence, 3601).level == Level::degraded);
        CHECK(after(evidence, 3691).level == Level::down);
    }
    TEST_CASE("the agent is well while its process serves") {
        Evidence agent{.process = Process::serving,
                       .pong_ms = start,
                       .wanted_since_ms = start,
                       .has_platform = false};
        CHECK(after(agent, 86'400).level == Level::ok);
        CHECK(after(agent, 86'400).seen == "an answer of its process");
        agent.process = Process::starting;
        agent.good_until_ms = start + 10 * second;
        CHECK(after(agent, 11).level == Level::degraded);
        CHECK(after(agent, 100).level == Level::down);
    }
    TEST_CASE("the whole is as bad as the worst that counts") {
        const HealthVerdict well{.level = Level::ok}, late{.level = Level::degraded},
            lost{.level = Level::down}, off{.level = Level::unknown, .ailment = Ailment::off};
        CHECK(sum_up({}, "").level == Level::ok);
        const std::vector<Judged> good{one("agent", "", well), one("echo:a", "echo", off)};
        CHECK(sum_up(good, "").level == Level::ok);
        const std::vector<Judged> bad{one("agent", "", late), one("telegram:a", "telegram", lost),
                                      one("telegram:b", "telegram", lost)};
        const auto sum = sum_up(bad, "");
        CHECK(sum.level == Level::down);
        CHECK(sum.down == std::vector<std::string>{"telegram:a", "telegram:b"});
        CHECK(sum.degraded == std::vector<std::string>{"agent"});
        CHECK(sum.failing == std::vector<std::string>{"telegram"});
        CHECK(who_is_ill(sum) == "down: telegram:a, telegram:b; degraded: agent");
        CHECK(who_is_ill(sum_up(good, "")).empty());
        CHECK(sum_up(good, "the disk is full").failing == std::vector<std::string>{"storage"});
    }
}
