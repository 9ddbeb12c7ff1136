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
        after.workers.adopt(std::move(facts), all(echo("echo:a")));
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

    TEST_CASE("a worker that is not wanted any more does not outlive the change of images") {
        Bench& before = former_image();
        before.workers.want(all(echo("echo:a")));
        REQUIRE(before.until_ready("echo:a"));
        auto facts = before.workers.hand_over();
        const pid_t pid = facts.front().process->birth.pid;

        Bench after;
        after.workers.adopt(std::move(facts), {});
        CHECK(::kill(pid, 0) != 0);
        CHECK(after.workers.views().empty());
    }
}
