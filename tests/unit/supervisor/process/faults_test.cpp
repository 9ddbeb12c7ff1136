// What a broken or hijacked worker can do, and what becomes of it. The faults are the echo worker's
// (echo/faults.h).
#include "tests/unit/supervisor/process/bench.h"

#include <csignal>

using namespace openclaw;
using namespace openclaw::process;

namespace {

std::string fault(const std::string& kind) {
    return R"({"fault":")" + kind + R"("})";
}

// Runs a worker that commits the fault until it has died of it, and gives its obituary.
Death die_of(Bench& bench, const std::string& settings, const WorkerSpec& spec = quick) {
    bench.workers.want(all(echo("echo:a", settings, spec)));
    REQUIRE(bench.until_died("echo:a"));
    return bench.view("echo:a").deaths.back();
}

} // namespace

TEST_SUITE("process/faults") {
    TEST_CASE("a fault is named in the tally") {
        std::string kind, words;
        SUBCASE("") {
            kind = "segv", words = "signal 11 SIGSEGV: memory fault";
        }
        SUBCASE("") {
            kind = "abort", words = "signal 6 SIGABRT";
        }
        SUBCASE("") {
            kind = "garbage", words = "killed: it broke the contract: bytes that are no frame";
        }
        SUBCASE("") {
            kind = "oversized", words = "killed: it broke the contract: a frame above 64 KiB";
        }
        SUBCASE("") {
            kind = "stop", words = "killed: it did not answer a ping for 600 ms";
        }
        SUBCASE("") {
            kind = "busy_loop", words = "killed: it did not answer a ping for 600 ms";
        }
        SUBCASE("") {
            kind = "link_loss",
            words = "killed: it broke the contract: it closed its link and stayed";
        }
        SUBCASE("") {
            kind = "fd_exhaustion",
            words =
                "exit 1: the worker met an error it could not handle: no file descriptor is left";
        }
#if OPENCLAW_SANDBOX
        SUBCASE("") {
            kind = "forbidden_call", words = "killed by its sandbox: called ptrace(0x0, ";
        }
#endif
#if !defined(__SANITIZE_ADDRESS__) // there is no address-space limit then
        SUBCASE("") {
            kind = "memory_bomb", words = "signal 6 SIGABRT";
        }
#endif
        Bench bench;
        const bool hangs = kind == "stop" || kind == "busy_loop";
        const Death death = die_of(bench, fault(kind), hangs ? impatient : quick);
        CHECK_MESSAGE(death.words.starts_with(words), kind << ": " << death.words);
        CHECK(death.reached_ready);
        CHECK_FALSE(death.was_asked);
        CHECK(bench.until_ready("echo:a", 2));
    }
    TEST_CASE("what it said last is kept") {
        Bench bench;
        const Death death = die_of(bench, fault("last_words"));
        CHECK(death.last_line == "these were my last words");
        CHECK(bench.has_logged("worker.stderr worker=echo:a line=these were my last words"));
        CHECK(bench.has_logged("echo.fault worker=echo:a kind=last_words"));
    }
    TEST_CASE(
        "a refused configuration needs the operator and is not tried again until it changes") {
        Bench bench;
        const Death death = die_of(bench, R"({"fault":"no such fault"})");
        CHECK(death.words.starts_with(
            "exit 78: the worker refused its configuration: no fault is called"));
        const auto view = bench.view("echo:a");
        CHECK(view.state == State::failed);
        CHECK(view.needs_operator);
        CHECK(view.fault_code == "bad_config");
        CHECK(view.next_try_ms == 0);
        bench.workers.want(all(echo("echo:a", "{}")));
        CHECK(bench.until_ready("echo:a"));
    }
    TEST_CASE("a worker that never gets ready is given up, says why, and is tried again by hand") {
        Bench bench;
        bench.workers.want(all(echo("echo:a", R"({"fault":"abort","before_ready":true})")));
        REQUIRE(bench.until_state("echo:a", State::failed));
        const auto view = bench.view("echo:a");
        CHECK(view.reason.find("8 times in a row") != std::string::npos);
        CHECK(view.failed_starts == 8);
        CHECK_FALSE(view.needs_operator);
        CHECK(view.next_try_ms > 0);
        CHECK(bench.recorder.story.empty());
        REQUIRE(bench.workers.restart("echo:a"));
        CHECK(bench.view("echo:a").state == State::starting);
    }
    TEST_CASE("a worker that dies of what it meets after Ready is given up, too, says why, and "
              "starts when it is told to") {
        Bench bench;
        bench.workers.want(all(echo("echo:a", fault("segv"))));
        REQUIRE(bench.until_state("echo:a", State::failed));
        const auto view = bench.view("echo:a");
        CHECK(view.reason.starts_with("it died 12 times in a row soon after it had begun; last: "
                                      "signal 11 SIGSEGV"));
        CHECK(view.crashes == 12);
        CHECK(view.crash_loop);
        CHECK_FALSE(view.needs_operator);
        CHECK(view.next_try_ms > 0);
        CHECK(bench.recorder.count("down echo:a") == 12);
        REQUIRE(bench.workers.start("echo:a"));
        CHECK(bench.view("echo:a").state == State::starting);
        CHECK(bench.view("echo:a").crashes == 0);
        CHECK_FALSE(bench.view("echo:a").crash_loop);
    }
    TEST_CASE("a worker that hangs before Ready is killed at its deadline") {
        static constexpr WorkerSpec hasty = [] {
            WorkerSpec spec = quick_spec();
            spec.limits.ready_within = Milliseconds(200);
            return spec;
        }();
        Bench bench;
        bench.workers.want(
            all(echo("echo:a", R"({"fault":"busy_loop","before_ready":true})", hasty)));
        REQUIRE(bench.until_died("echo:a"));
        CHECK(bench.view("echo:a").deaths[0].words == "killed: it was not ready within 200 ms");
    }
    TEST_CASE("one worker's fault is not seen by another") {
        Bench bench;
        std::vector<WantedWorker> two;
        two.push_back(echo("echo:bad", R"({"fault":"as_told","on_outbound":true})"));
        two.push_back(echo("echo:good"));
        bench.workers.want(std::move(two));
        REQUIRE(bench.until_ready("echo:good"));
        const pid_t good = bench.view("echo:good").pid;
        std::ptrdiff_t lives = 0;
        for (const char* kind : {"segv", "garbage", "abort", "oversized"}) {
            REQUIRE(bench.until_ready("echo:bad", ++lives));
            wire::Frame frame;
            frame.mutable_outbound()->mutable_markdown()->set_inline_text(kind);
            REQUIRE(bench.workers.link("echo:bad")->send(frame));
        }
        REQUIRE(bench.until_ready("echo:bad", lives + 1));
        CHECK(bench.view("echo:good").pid == good);
        CHECK(bench.view("echo:good").deaths.empty());
        CHECK(bench.recorder.count("down echo:good") == 0);
    }
    TEST_CASE("a flood of log lines is cut by the worker itself and harms nobody") {
        Bench bench;
        bench.workers.want(all(echo("echo:a", fault("log_flood"))));
        REQUIRE(bench.until([&] { return bench.view("echo:a").health.has_value(); }));
        CHECK(bench.view("echo:a").link.frames_in < 300);
        CHECK(bench.view("echo:a").deaths.empty());
    }
    TEST_CASE(
        "an end that has no fault of the worker is told by its exit code: TERM from outside") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        kill(bench.view("echo:a").pid, SIGTERM);
        REQUIRE(bench.until_died("echo:a"));
        CHECK(bench.view("echo:a").deaths[0].words == "exit 0: it was asked to leave and left");
        CHECK(bench.until_ready("echo:a", 2));
    }
}
