// Streams that break before libcurl has found them connected: nothing of ours may stay behind on
// the descriptor's number, which the next thing that is opened gets.
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"
#include "common/net/https_client.h"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <optional>
#include <vector>

using namespace openclaw;
using namespace openclaw::net;
using namespace std::chrono_literals;

namespace {

struct Pair {
    UniqueFd near, far;

    Pair() {
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) ==
                0);
        near.reset(ends[0]);
        far.reset(ends[1]);
    }
};

// Gives what the test wants to give, when it says so.
struct ScriptedDialer final : Dialer {
    Done waiting;

    std::unique_ptr<Dialling> dial(const Target&, Milliseconds, Done done) override {
        waiting = std::move(done);
        return std::make_unique<Dialling>();
    }
};

struct Bench {
    Loop loop;
    ScriptedDialer dialer;
    HttpClient client{loop, dialer, {}};
    std::unique_ptr<HttpCall> call;
    std::optional<HttpOutcome> outcome;

    void start() {
        HttpRequest request;
        request.url = Secret("http://platform.invalid/");
        request.connect_timeout = 20ms;
        request.total_timeout = 5s;
        HttpHandlers handlers;
        outcome.reset();
        handlers.done = [this](HttpOutcome result) { outcome = std::move(result); };
        call = client.start(std::move(request), std::move(handlers));
        turn_until([this] { return dialer.waiting != nullptr; });
    }

    void turn_until(const std::function<bool()>& reached) {
        Timer guard(loop);
        bool is_late = false;
        guard.start(30s, [&] { is_late = true; });
        while (!reached() && !is_late) {
            loop.turn(false); // deferred work first
            if (!reached()) loop.turn(true);
        }
        REQUIRE_FALSE(is_late);
    }

    void end() {
        turn_until([this] { return outcome.has_value(); });
        CHECK_FALSE(outcome->has_value());
        call.reset();
        dialer.waiting = nullptr;
    }
};

std::ptrdiff_t open_descriptors() {
    using Entries = std::filesystem::directory_iterator;
    return std::distance(Entries("/proc/self/fd"), Entries());
}

// Whoever opens descriptors next gets the numbers that became free, and must hear of them.
void check_next_are_heard(Bench& bench) {
    std::vector<Pair> pairs(4);
    std::vector<std::unique_ptr<FdWatch>> watches;
    std::size_t heard = 0;
    for (auto& pair : pairs) {
        watches.push_back(
            std::make_unique<FdWatch>(bench.loop, pair.near.get(), [&heard, &pair](Ready) {
                std::array<char, 8> bytes{};
                if (read(pair.near.get(), bytes.data(), bytes.size()) > 0) ++heard;
            }));
        watches.back()->want(true, false);
    }
    bench.loop.turn(false);
    bench.start(); // takes what is left of the connection before out of its table
    bench.end();
    for (auto& pair : pairs)
        REQUIRE(write(pair.far.get(), "x", 1) == 1);
    bench.turn_until([&] { return heard == pairs.size(); });
}

// Returns once it has failed.
using Story = void (*)(Bench&);

void never_connects(Bench& bench) {
    bench.start();
    bench.end();
}

void connects_to_nobody(Bench& bench) {
    bench.start();
    Pair pair;
    pair.far.reset();
    bench.dialer.waiting(std::move(pair.near));
    bench.end();
}

void loses_its_peer_at_once(Bench& bench) {
    bench.start();
    Pair pair;
    bench.dialer.waiting(std::move(pair.near));
    pair.far.reset();
    bench.end();
}

void is_given_up_when_connected(Bench& bench) {
    bench.start();
    Pair pair;
    bench.dialer.waiting(std::move(pair.near));
    bench.call.reset();
    bench.dialer.waiting = nullptr;
    bench.loop.turn(false);
}

void is_given_up_before(Bench& bench) {
    bench.start();
    bench.call.reset();
    bench.dialer.waiting = nullptr;
    bench.loop.turn(false);
}

} // namespace

TEST_SUITE("common/net") {
    TEST_CASE("a stream that breaks before it is used leaves nothing on its descriptor's number") {
        for (const Story story : {never_connects, connects_to_nobody, loses_its_peer_at_once,
                                  is_given_up_when_connected, is_given_up_before}) {
            Bench bench;
            story(bench); // libcurl and the loop have what they keep
            const auto before = open_descriptors();
            for (int i = 0; i < 3; ++i) {
                story(bench);
                check_next_are_heard(bench);
            }
            CHECK(open_descriptors() == before);
        }
    }
}
