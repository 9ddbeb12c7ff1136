#include "supervisor/process/judgement.h"

#include <doctest/doctest.h>

#include <csignal>

using namespace openclaw;
using namespace openclaw::process;
using namespace std::chrono_literals;

namespace {

constexpr double middle = 0.5; // no jitter either way

struct History {
    ManualClock clock;
    DeathTally tally;
    RestartRule rule;

    // A life that ends now.
    Judgement die(bool reached_ready, Milliseconds served, ExitStatus status = {.code = 1},
                  bool was_asked = false) {
        Death death;
        death.at = clock.now();
        death.status = status;
        death.words = explain_exit(status);
        death.reached_ready = reached_ready;
        death.served = served;
        death.was_asked = was_asked;
        tally.record(death);
        return judge(rule, tally, true, middle);
    }

    // One that a foreign byte ended, soon after Ready.
    Judgement crash(Milliseconds served = 100ms) { return die(true, served, {.signal = SIGSEGV}); }

    Judgement die_before_ready() { return die(false, 0ms); }
};

} // namespace

TEST_SUITE("process/judgement") {
    TEST_CASE("a worker that dies before Ready waits twice as long each time, up to the limit") {
        History history;
        history.rule.give_up.deaths = 100;
        for (const auto pause :
             {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 32000ms, 60000ms, 60000ms}) {
            const auto verdict = history.die_before_ready();
            CHECK(verdict.next == State::backoff);
            CHECK(*verdict.pause == pause);
        }
    }
    TEST_CASE("a worker that served long enough restarts at once") {
        History history;
        const auto verdict = history.die(true, 1h, {.signal = SIGSEGV});
        CHECK(verdict.next == State::backoff);
        CHECK(*verdict.pause == 0ms);
    }
    TEST_CASE("a worker that served shortly is soon back, however often it is killed") {
        History history;
        Milliseconds longest{0};
        for (int i = 0; i < 100; ++i) {
            const auto verdict = history.die(true, 100ms, {.signal = SIGKILL});
            CHECK(verdict.next == State::backoff);
            longest = std::max(longest, *verdict.pause);
        }
        CHECK(longest == history.rule.served_max);
    }
    TEST_CASE("what dies of itself soon after Ready is quickly back four times, then later and "
              "later, and is given up after twelve in ten minutes") {
        History history;
        for (const auto pause : {500ms, 1000ms, 1000ms, 1000ms, 2000ms, 4000ms, 8000ms, 16'000ms,
                                 32'000ms, 60'000ms, 60'000ms}) {
            const auto verdict = history.crash();
            CHECK(verdict.next == State::backoff);
            CHECK(*verdict.pause == pause);
            history.clock.advance(*verdict.pause);
        }
        const auto verdict = history.crash();
        CHECK(verdict.next == State::failed);
        CHECK(*verdict.pause == 10min);
        CHECK(verdict.attempt == 12);
        CHECK(verdict.reason == "it died 12 times in a row soon after it had begun; last: signal "
                                "11 SIGSEGV: memory fault");
        history.clock.advance(10min);
        CHECK(*history.crash().pause == 60s); // one more try, and no hurry
        history.tally.forgive();
        CHECK(*history.crash().pause == 500ms);
    }
    TEST_CASE(
        "a hang we killed and an exit count as its own; a bare kill, TERM and an order do not") {
        const auto is_own = [](ExitStatus status, std::string words = {}, bool was_asked = false) {
            Death death;
            death.status = status;
            death.words = words.empty() ? explain_exit(status) : words;
            death.was_asked = was_asked;
            return death.is_its_own();
        };
        CHECK(is_own({.signal = SIGSEGV}));
        CHECK(is_own({.signal = SIGSYS}));
        CHECK(is_own({.code = 1}));
        CHECK(is_own({.signal = SIGKILL}, "killed: it did not answer a ping for 8 s"));
        CHECK_FALSE(is_own({.signal = SIGKILL}));
        CHECK_FALSE(is_own({.code = 0}));
        CHECK_FALSE(is_own({.signal = SIGKILL}, "killed: the operator asked for it", true));
    }
    TEST_CASE(
        "a kill from outside neither counts as a crash nor ends the row; a long life ends it") {
        History history;
        for (int i = 0; i < 4; ++i)
            history.crash();
        CHECK(*history.die(true, 100ms, {.signal = SIGKILL}).pause == 1s);
        CHECK(*history.crash().pause == 2s);
        history.die(true, 5min, {.signal = SIGSEGV});
        CHECK(*history.crash().pause == 500ms);
        CHECK(history.tally.crashes_in_a_row(5min) == 1);
    }
    TEST_CASE("jitter is on the longer pauses, too") {
        History history;
        for (int i = 0; i < 7; ++i)
            history.crash();
        CHECK(*judge(history.rule, history.tally, true, 0.0).pause == 6400ms);
        CHECK(*judge(history.rule, history.tally, true, 0.999999).pause == 9600ms);
    }
    TEST_CASE("eight deaths before Ready in ten minutes is failed, says so, and decays") {
        History history;
        for (int i = 1; i < 8; ++i) {
            history.clock.advance(30s);
            CHECK(history.die_before_ready().next == State::backoff);
        }
        const auto verdict = history.die_before_ready();
        CHECK(verdict.next == State::failed);
        CHECK(verdict.reason.find("8 times in a row") != std::string::npos);
        CHECK(*verdict.pause == 10min);
        history.clock.advance(10min);
        CHECK(history.die_before_ready().next == State::backoff);
    }
    TEST_CASE("one life that got ready breaks the row") {
        History history;
        for (int i = 0; i < 7; ++i)
            history.die_before_ready();
        history.die(true, 10ms);
        CHECK(history.die_before_ready().next == State::backoff);
        CHECK(history.tally.unready_in_a_row() == 1);
    }
    TEST_CASE("deaths older than the breaker's window do not count") {
        History history;
        for (int i = 0; i < 20; ++i) {
            history.clock.advance(2min);
            CHECK(history.die_before_ready().next == State::backoff);
        }
    }
    TEST_CASE("a refused configuration is not tried again") {
        History history;
        const auto verdict = history.die(false, 0ms, {.code = 78});
        CHECK(verdict.next == State::failed);
        CHECK_FALSE(verdict.pause);
        CHECK(verdict.reason == "exit 78: the worker refused its configuration");
    }
    TEST_CASE("a worker that was told to leave is no fault: at once when it is wanted, down when "
              "it is not") {
        History history;
        CHECK(*history.die(true, 10ms, {.code = 0}, true).pause == 0ms);
        CHECK(history.tally.within(10min, history.clock.now()) == 0);
        CHECK(judge(history.rule, history.tally, false, middle).next == State::down);
    }
    TEST_CASE("what a worker dies of that was told to leave for other settings is not held against "
              "them; the next life says it of itself") {
        History history;
        const auto verdict = history.die(true, 10ms, {.code = 78}, true);
        CHECK(verdict.next == State::backoff);
        CHECK(*verdict.pause == 0ms);
        CHECK(judge(history.rule, history.tally, false, middle).next == State::down);
        CHECK(history.die(false, 0ms, {.code = 78}).next == State::failed);
        Death refused;
        refused.at = history.clock.now();
        refused.status = {.code = 1};
        refused.cause = wire::CAUSE_NEEDS_OPERATOR;
        refused.was_asked = true;
        history.tally.record(refused);
        CHECK(judge(history.rule, history.tally, true, middle).next == State::backoff);
    }
    TEST_CASE("jitter stays within its share, both ways") {
        const RestartRule rule;
        CHECK(pause_of(rule, 1, rule.max, 0.0) == 400ms);
        CHECK(pause_of(rule, 1, rule.max, 0.999999) == 600ms);
        CHECK(pause_of(rule, 60, rule.max, middle) == rule.max);
    }
    TEST_CASE("what is forgiven counts in no row but stays in the history") {
        History history;
        for (int i = 0; i < 8; ++i)
            history.die_before_ready();
        history.tally.forgive();
        CHECK(history.tally.unready_in_a_row() == 0);
        CHECK(*history.die_before_ready().pause == 500ms);
        CHECK(history.tally.newest_first().size() == 9);
    }
}

TEST_SUITE("process/death_tally") {
    TEST_CASE("exits and signals are explained in words") {
        CHECK(explain_exit({.code = 78}) == "exit 78: the worker refused its configuration");
        CHECK(explain_exit({.signal = SIGSEGV}) == "signal 11 SIGSEGV: memory fault");
        CHECK(explain_exit({.code = 3}) == "exit 3: a code none of our workers uses");
        CHECK(explain_exit({.signal = 40}) == "signal 40");
    }
    TEST_CASE("a crash loop is eight deaths of itself in a row without a minute of service, and "
              "began when the last useful life ended") {
        DeathTally tally;
        const auto die = [&](Milliseconds at, Milliseconds served, int signal = SIGSEGV) {
            Death death;
            death.at = Instant(at);
            death.status = {.signal = signal};
            death.words = explain_exit(death.status);
            death.reached_ready = true;
            death.served = served;
            tally.record(death);
        };
        die(1ms, 1h);
        die(2ms, 1s, SIGKILL);
        for (int i = 3; i < 9; ++i)
            die(Milliseconds(i), 1s);
        CHECK_FALSE(tally.crash_loop(8, 1min));
        die(9ms, 1s);
        const auto loop = tally.crash_loop(8, 1min);
        REQUIRE(loop);
        CHECK(loop->deaths == 8);
        CHECK(loop->since == Instant(1ms));
        die(10ms, 2min);
        CHECK_FALSE(tally.crash_loop(8, 1min));
    }
    TEST_CASE("the last sixteen deaths are kept, newest first") {
        DeathTally tally;
        for (int i = 0; i < 20; ++i) {
            Death death;
            death.generation = static_cast<std::uint64_t>(i);
            tally.record(death);
        }
        const auto list = tally.newest_first();
        REQUIRE(list.size() == 16);
        CHECK(list.front().generation == 19);
        CHECK(list.back().generation == 4);
        CHECK(tally.total() == 20);
    }
    TEST_CASE("what a worker says it died of decides when it is tried again") {
        const auto die_of = [](wire::Cause cause, std::int64_t not_before_ms = 0) {
            History history;
            Death death;
            death.at = history.clock.now();
            death.at_ms = 1'000'000;
            death.status = {.code = 1};
            death.cause = cause;
            death.not_before_ms = not_before_ms;
            history.tally.record(death);
            return judge(history.rule, history.tally, true, middle);
        };
        CHECK(*die_of(wire::CAUSE_TRANSIENT).pause == 500ms); // the ladder
        CHECK(*die_of(wire::CAUSE_FATAL).pause == 500ms);
        CHECK(*die_of(wire::CAUSE_CONFLICT).pause == 30s);
        CHECK(*die_of(wire::CAUSE_RATE, 1'000'000 + 42'000).pause == 42s);
        CHECK(*die_of(wire::CAUSE_RATE, 1'000'000 + 99 * 86'400'000LL).pause == 24h);
        const auto verdict = die_of(wire::CAUSE_NEEDS_OPERATOR);
        CHECK(verdict.next == State::failed);
        CHECK_FALSE(verdict.pause);
    }
}
