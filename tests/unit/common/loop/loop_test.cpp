#include "common/loop/child_watch.h"
#include "common/loop/timer.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <optional>

using namespace openclaw;

TEST_SUITE("common/loop") {
    TEST_CASE("a timer may be destroyed by its own callback") {
        Loop loop;
        auto timer = std::make_unique<Timer>(loop);
        int fired = 0;
        timer->repeat(Milliseconds(1), [&] {
            ++fired;
            timer.reset();
            loop.stop();
        });
        loop.run();
        CHECK(fired == 1);
    }
    TEST_CASE("a timer may plan itself again from its callback") {
        Loop loop;
        Timer timer(loop);
        int fired = 0;
        std::function<void()> again = [&] {
            if (++fired < 3)
                timer.start(Milliseconds(0), again);
            else
                loop.stop();
        };
        timer.start(Milliseconds(0), again);
        loop.run();
        CHECK(fired == 3);
    }
    TEST_CASE("deferred work runs at the end of the turn, also what deferred work defers") {
        Loop loop;
        std::string order;
        Timer timer(loop);
        timer.start(Milliseconds(0), [&] {
            loop.defer([&] {
                order += "b";
                loop.defer([&] {
                    order += "c";
                    loop.stop();
                });
            });
            order += "a";
        });
        loop.run();
        CHECK(order == "abc");
    }
    TEST_CASE("pool work comes back to the loop") {
        Loop loop;
        int result = 0;
        loop.on_pool([&] { result = 20; },
                     [&] {
                         result += 2;
                         loop.stop();
                     });
        loop.run();
        CHECK(result == 22);
    }
    TEST_CASE("a child's end is told in codes or signals") {
        Loop loop;
        const pid_t pid = fork();
        if (pid == 0) _exit(7);
        std::optional<ExitStatus> seen;
        auto watch = ChildWatch::create(loop, pid, [&](ExitStatus status) {
            seen = status;
            loop.stop();
        });
        REQUIRE(watch);
        loop.run();
        CHECK(seen->code == 7);
        CHECK(seen->signal == 0);
    }
}
