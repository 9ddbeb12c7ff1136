#include "supervisor/rpc/verdicts.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::rpc;
using namespace openclaw::test;
using namespace std::chrono_literals;
using policy::Level;
using process::State;

namespace {

constexpr Instant now{10h};
constexpr std::int64_t epoch_ms = 1'795'000'000'000;
constexpr std::int64_t day = 86'400'000;

process::WorkerView telegram() {
    process::WorkerView worker;
    worker.id = "telegram:a";
    worker.kind = "telegram";
    worker.account = "a";
    worker.is_channel = true;
    worker.state = State::ready;
    worker.since = worker.wanted_since = now - 1h;
    worker.contact_every = 30s;
    worker.health = process::Health{.at = now - 1s};
    worker.last_upstream = now - 20s;
    return worker;
}

ChannelFacts account() {
    return {.channel = "telegram",
            .label = "Telegram",
            .account = "a",
            .connection = "connected",
            .last_contact = now - 30min};
}

policy::HealthVerdict judged(const process::WorkerView& worker, std::int64_t set_by_ms,
                             Milliseconds later = 0s) {
    return judge_account(account(), &worker,
                         {.rule = {}, .now = now + later, .epoch_ms = epoch_ms + set_by_ms});
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a wall clock that is set to another day makes no account ill and none well") {
        const auto worker = telegram();
        for (const auto set_by_ms : {std::int64_t{0}, day, -day, 30 * 365 * day}) {
            CAPTURE(set_by_ms);
            CHECK(judged(worker, set_by_ms).level == Level::ok);
            CHECK(judged(worker, set_by_ms, 60s).level == Level::degraded);
            const auto lost = judged(worker, set_by_ms, 80s);
            CHECK(lost.level == Level::down); // a black hole
            const auto now_ms = epoch_ms + set_by_ms + 36'000'000 + 80'000;
            CHECK(lost.since_ms == now_ms - 100'000);
            CHECK(lost.seen_ms == now_ms - 100'000);
        }
    }
    TEST_CASE("a worker that dies again and again is named with what it dies of") {
        auto worker = telegram();
        worker.crash_loop = process::CrashLoop{.deaths = 9, .since = now - 60s};
        worker.believed_at = now + 55s;
        process::Death death;
        death.words = "signal 11 SIGSEGV: memory fault";
        worker.deaths.push_back(death);
        const auto verdict = judged(worker, 0);
        CHECK(verdict.level == Level::degraded);
        CHECK(verdict.reason == "it died 9 times in a row soon after it had begun; last: signal 11 "
                                "SIGSEGV: memory fault");
        CHECK(judged(worker, 0, 31s).level == Level::down);
    }
}
