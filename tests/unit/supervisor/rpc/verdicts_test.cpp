#include "supervisor/rpc/verdicts.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::test;
using namespace std::chrono_literals;

namespace {

constexpr Instant judged_at{10h};
constexpr std::int64_t wall_epoch_ms = 1'795'000'000'000;
constexpr std::int64_t a_day_ms = 86'400'000;

process::WorkerView telegram_worker() {
    process::WorkerView worker;
    worker.id = "telegram:a";
    worker.kind = "telegram";
    worker.account = "a";
    worker.is_channel = true;
    worker.state = process::State::ready;
    worker.since = worker.wanted_since = judged_at - 1h;
    worker.contact_every = 30s;
    worker.health = process::Health{.at = judged_at - 1s};
    worker.last_upstream = judged_at - 20s;
    return worker;
}

rpc::ChannelFacts telegram_account() {
    return {.channel = "telegram",
            .label = "Telegram",
            .account = "a",
            .connection = "connected",
            .last_contact = judged_at - 30min};
}

policy::HealthVerdict verdict_on(const process::WorkerView& worker, std::int64_t set_by_ms,
                                 Milliseconds later = 0s) {
    return rpc::judge_account(
        telegram_account(), &worker,
        {.rule = {}, .now = judged_at + later, .epoch_ms = wall_epoch_ms + set_by_ms});
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a wall clock that is set to another day makes no account ill and none well") {
        const auto worker = telegram_worker();
        for (const auto set_by_ms : {std::int64_t{0}, a_day_ms, -a_day_ms, 30 * 365 * a_day_ms}) {
            CAPTURE(set_by_ms);
            CHECK(verdict_on(worker, set_by_ms).level == policy::Level::ok);
            CHECK(verdict_on(worker, set_by_ms, 60s).level == policy::Level::degraded);
            const auto lost = verdict_on(worker, set_by_ms, 80s);
            CHECK(lost.level == policy::Level::down); // a black hole
            const auto now_ms = wall_epoch_ms + set_by_ms + 36'000'000 + 80'000;
            CHECK(lost.since_ms == now_ms - 100'000);
            CHECK(lost.seen_ms == now_ms - 100'000);
        }
    }
    TEST_CASE("a worker that dies again and again is named with what it dies of") {
        auto worker = telegram_worker();
        worker.crash_loop = process::CrashLoop{.deaths = 9, .since = judged_at - 60s};
        worker.believed_at = judged_at + 55s;
        process::Death death;
        death.words = "signal 11 SIGSEGV: memory fault";
        worker.deaths.push_back(death);
        const auto verdict = verdict_on(worker, 0);
        CHECK(verdict.level == policy::Level::degraded);
        CHECK(verdict.reason == "it died 9 times in a row soon after it had begun; last: signal 11 "
                                "SIGSEGV: memory fault");
        CHECK(verdict_on(worker, 0, 31s).level == policy::Level::down);
    }
    TEST_CASE("a verdict that time alone changes is told to everybody, once for each change") {
        Desk desk;
        desk.facts.health = {.degraded_after = 60ms, .down_after = 120ms};
        int told = 0;
        std::vector<std::string> ill;
        desk.health.on_verdict([&] {
            ++told;
            ill.push_back(policy::who_is_ill(desk.health.summary()));
        });
        const auto begun = desk.loop.clock().now();
        auto worker = telegram_worker();
        worker.since = worker.wanted_since = begun - 1h;
        worker.last_upstream = worker.health->at = begun;
        auto facts = telegram_account();
        facts.last_contact = begun;
        desk.workers.list = {worker};
        desk.channels = {facts};
        const auto peer = desk.join(policy::operator_scopes());
        desk.health.facts_changed();
        bool is_late = false;
        Timer alarm(desk.loop);
        alarm.start(30s, [&] { is_late = true; });
        while ((ill.empty() || ill.back() != "down: telegram:a" || peer->frames.empty()) &&
               !is_late)
            desk.loop.turn();
        REQUIRE_FALSE(is_late);
        CHECK(told <= 3); // ok, degraded, down: a slow machine may miss one
        CHECK(parsed(peer->last()).root()["event"].text() == "health");
        CHECK(desk.health.summary().down == std::vector<std::string>{"telegram:a"});
    }
}
