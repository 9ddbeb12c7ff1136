#include "tests/unit/supervisor/process/bench.h"

#include <signal.h>

#include <memory>

using namespace openclaw;
using namespace openclaw::process;

namespace {

// The image before this one. It is never destroyed, as one that has become another by exec is not:
// its end would be its workers'.
Bench& former_image() {
    static std::vector<std::unique_ptr<Bench>>* const images =
        new std::vector<std::unique_ptr<Bench>>;
    return *images->emplace_back(std::make_unique<Bench>());
}

WorkerView only(const Bench& bench) {
    return bench.workers.views().front();
}

} // namespace

TEST_SUITE("process") {
    TEST_CASE("a worker that serves is adopted: same process, same life, heard again") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        const WorkerView then = only(before);
        before.workers.hold();
        auto facts = before.workers.hand_over();
        REQUIRE(facts.size() == 1);
        REQUIRE(facts.front().process);

        Bench after;
        const auto serving = after.workers.adopt(std::move(facts), all(echo("echo:a")));
        CHECK(serving == std::vector<std::string>{"echo:a"});
        CHECK(after.recorder.count("ready echo:a") == 0);
        after.workers.take_over();
        after.workers.want(all(echo("echo:a")));
        CHECK(after.recorder.count("ready echo:a") == 1);
        const WorkerView now = only(after);
        CHECK(now.pid == then.pid);
        CHECK(now.generation == then.generation);
        CHECK(now.build_id == then.build_id);
        CHECK(now.state == State::ready);
        CHECK(now.restarts == then.restarts);
        CHECK(after.until([&] { return only(after).health.has_value(); }));
        after.workers.stop("echo:a");
        CHECK(after.until_state("echo:a", State::down));
        CHECK(only(after).deaths.front().was_asked);
    }

    TEST_CASE("an adopted worker whose settings are other ones now is drained and replaced") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        const pid_t pid = only(before).pid;
        auto facts = before.workers.hand_over();

        Bench after;
        const char* const other = R"({"other":1})";
        after.workers.adopt(std::move(facts), all(echo("echo:a", other)));
        after.workers.take_over();
        after.workers.want(all(echo("echo:a", other)));
        CHECK(after.until_ready("echo:a", 2));
        CHECK(only(after).pid != pid);
        CHECK(only(after).restarts == 1);
    }

    TEST_CASE("a worker that died between two images is buried and begins again") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        auto facts = before.workers.hand_over();
        ::kill(facts.front().process->birth.pid, SIGKILL);

        Bench after;
        after.workers.adopt(std::move(facts), all(echo("echo:a")));
        after.workers.take_over();
        after.workers.want(all(echo("echo:a")));
        CHECK(after.until_ready("echo:a", 2));
        CHECK(only(after).deaths.front().status.signal == SIGKILL);
    }

    TEST_CASE("the deaths of earlier images count on") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        ::kill(only(before).pid, SIGKILL);
        REQUIRE(before.until_ready("echo:a", 2));
        auto facts = before.workers.hand_over();

        Bench after;
        after.workers.adopt(std::move(facts), all(echo("echo:a")));
        after.workers.take_over();
        after.workers.want(all(echo("echo:a")));
        REQUIRE(only(after).deaths.size() == 1);
        CHECK(only(after).deaths.front().status.signal == SIGKILL);
    }

    TEST_CASE("what was given up stays given up over the change of images, with reason and next "
              "try; what needs the operator is not started again") {
        for (const bool needs_operator : {false, true}) {
            CAPTURE(needs_operator);
            Bench bench;
            const auto clock = [&] { return bench.loop.clock().now(); };
            const Instant wanted_since = clock() - std::chrono::hours(3);
            WorkerFacts facts{.id = "echo:a",
                              .fingerprint = fingerprint(echo("echo:a")),
                              .wanted_since = wanted_since,
                              .has_failed = true,
                              .is_given_up = true,
                              .reason = "it died 12 times in a row",
                              .attempt = 12,
                              .process = std::nullopt};
            if (!needs_operator) facts.next_try = clock() + std::chrono::minutes(7);
            std::vector<WorkerFacts> handed;
            handed.push_back(std::move(facts));
            bench.workers.adopt(std::move(handed), all(echo("echo:a")));
            bench.workers.take_over();
            bench.workers.want(all(echo("echo:a")));
            const auto view = only(bench);
            CHECK(view.state == State::failed);
            CHECK(view.reason == "it died 12 times in a row");
            CHECK(view.needs_operator == needs_operator);
            CHECK((view.next_try_ms > 0) == !needs_operator);
            CHECK(view.wanted_since == wanted_since);
            CHECK(view.pid == 0);
            REQUIRE(bench.workers.start("echo:a"));
            CHECK(only(bench).state == State::starting);
        }
    }

    TEST_CASE("a pause that came with the change of images is over when the operator ends it") {
        Bench bench;
        WorkerFacts facts{.id = "echo:a",
                          .fingerprint = fingerprint(echo("echo:a")),
                          .is_held = true,
                          .is_paused = true,
                          .process = std::nullopt};
        std::vector<WorkerFacts> handed;
        handed.push_back(std::move(facts));
        bench.workers.hold({"echo:a"});
        bench.workers.adopt(std::move(handed), all(echo("echo:a")));
        bench.workers.take_over();
        bench.workers.want(all(echo("echo:a")));
        CHECK(only(bench).is_paused);
        REQUIRE(bench.workers.start("echo:a"));
        REQUIRE(bench.until_ready("echo:a"));
        bench.workers.want({});
        REQUIRE(bench.until([&] { return bench.workers.views().empty(); }));
        bench.workers.want(all(echo("echo:a")));
        CHECK_FALSE(only(bench).is_paused);
        CHECK(bench.until_ready("echo:a", 2));
    }

    TEST_CASE("a rest that was over while the images changed is over; one that an older build "
              "handed on without its kind is a rest") {
        Bench bench;
        WorkerFacts facts{.id = "echo:a",
                          .fingerprint = fingerprint(echo("echo:a")),
                          .has_failed = true,
                          .reason = "signal 11",
                          .attempt = 2,
                          .next_try = bench.loop.clock().now() - std::chrono::seconds(1),
                          .process = std::nullopt};
        std::vector<WorkerFacts> handed;
        handed.push_back(std::move(facts));
        bench.workers.adopt(std::move(handed), all(echo("echo:a")));
        for (int turn = 0; turn < 3; ++turn) // recovery: this image may yet go back
            bench.loop.turn(false);
        CHECK(only(bench).state == State::backoff);
        bench.workers.take_over();
        bench.workers.want(all(echo("echo:a")));
        CHECK(bench.until_ready("echo:a"));
    }

    TEST_CASE(
        "an answer to a ping from before a change of images that did not happen is nobody's") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        bench.workers.hold();
        bench.workers.keep();
        const auto pid = only(bench).pid;
        REQUIRE(bench.until([&] { return only(bench).health.has_value(); }));
        CHECK(only(bench).pid == pid);
    }

    TEST_CASE("a worker that is not wanted any more does not outlive the change of images") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        auto facts = before.workers.hand_over();
        const pid_t pid = facts.front().process->birth.pid;

        Bench after;
        CHECK(after.workers.adopt(std::move(facts), {}).empty()); // its in-flight file is evidence
        CHECK(::kill(pid, 0) == 0); // this image may yet go back to the one before
        after.workers.take_over();
        CHECK(::kill(pid, 0) != 0);
        CHECK(after.workers.views().empty());
    }

    TEST_CASE("a worker that rests after a death begins no life while it is handed over") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        ::kill(only(bench).pid, SIGKILL);
        REQUIRE(bench.until_state("echo:a", State::backoff));
        bench.workers.hold();
        CHECK(!bench.passes(quick.restart.max, [&] { return only(bench).pid != 0; }));
        CHECK(only(bench).next_try_ms > 0);
        bench.workers.keep();
        CHECK(bench.until_ready("echo:a", 2));
    }

    TEST_CASE("a rest goes on in the next image, with what is left of it") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        ::kill(only(before).pid, SIGKILL);
        REQUIRE(before.until_state("echo:a", State::backoff));
        const auto next_try_ms = only(before).next_try_ms;
        before.workers.hold();
        auto facts = before.workers.hand_over();
        CHECK(facts.front().has_failed);
        CHECK(facts.front().next_try_ms == next_try_ms);
        CHECK(!facts.front().process);

        Bench after;
        CHECK(after.workers.adopt(std::move(facts), all(echo("echo:a"))).empty());
        after.workers.take_over();
        after.workers.want(all(echo("echo:a")));
        CHECK(after.until_ready("echo:a"));
    }

    TEST_CASE("a worker that does not serve yet does not outlive the change of images") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        const pid_t pid = only(before).pid;
        REQUIRE(pid > 0);
        REQUIRE(only(before).state == State::starting);
        before.workers.hold();
        const auto facts = before.workers.hand_over();
        CHECK(!facts.front().process);
        CHECK(::kill(pid, 0) != 0); // reaped, too
    }

    TEST_CASE("a worker that is told to leave while it is held stays, and leaves when it is kept") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        bench.workers.hold();
        bench.workers.want({}); // the next image reads the configuration itself
        CHECK(only(bench).state == State::ready);
        bench.workers.stop("echo:a");
        CHECK(only(bench).state == State::ready);
        bench.workers.keep();
        CHECK(bench.until_state("echo:a", State::down));
    }

    TEST_CASE("a worker that dies while it is held is buried in the facts, and not begun anew") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        before.workers.hold();
        ::kill(only(before).pid, SIGKILL);
        REQUIRE(before.until_died("echo:a"));
        CHECK(!before.passes(quick.restart.max, [&] { return only(before).pid != 0; }));
        const auto facts = before.workers.hand_over();
        CHECK(!facts.front().process);
        CHECK(facts.front().deaths.size() == 1);
        CHECK(facts.front().has_failed);
    }

    TEST_CASE("workers that are kept after all serve on") {
        Bench bench;
        bench.workers.want(all(echo("echo:a")));
        REQUIRE(bench.until_ready("echo:a"));
        const pid_t pid = only(bench).pid;
        bench.workers.hold();
        bench.workers.keep();
        const auto then = only(bench).health ? only(bench).health->at_ms : 0;
        CHECK(bench.until([&] { return only(bench).health && only(bench).health->at_ms > then; }));
        CHECK(only(bench).pid == pid);
    }
}
