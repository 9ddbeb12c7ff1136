// Connections that are given up while their requests still run: there is a second set of them,
// never a third.
#include "common/loop/timer.h"
#include "common/net/https_client.h"

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

using namespace openclaw;
using namespace openclaw::net;
using namespace std::chrono_literals;

namespace {

// An outage: whoever asks for a connection waits.
struct SilentDialer final : Dialer {
    std::vector<Done> waiting;

    std::unique_ptr<Dialling> dial(const Target&, Milliseconds, Done done) override {
        waiting.push_back(std::move(done));
        return std::make_unique<Dialling>();
    }
};

struct Bench {
    Loop loop;
    SilentDialer dialer;
    HttpClient client{loop, dialer, {.max_connections_per_host = 2}};
    std::vector<std::unique_ptr<HttpCall>> calls;

    void ask(int count) {
        for (int i = 0; i < count; ++i) {
            HttpRequest request;
            request.url = Secret("http://platform.invalid/");
            request.connect_timeout = 60s;
            request.total_timeout = 60s;
            HttpHandlers handlers;
            handlers.done = [](HttpOutcome) {};
            calls.push_back(client.start(std::move(request), std::move(handlers)));
        }
        settle();
    }

    // Everything that can happen without the platform has happened.
    void settle() {
        bool is_over = false;
        Timer end(loop);
        end.start(30ms, [&] { is_over = true; });
        while (!is_over)
            loop.turn(true);
    }
};

} // namespace

TEST_SUITE("common/net") {
    TEST_CASE("resets in an outage make one more set of connections, not one each") {
        Bench bench;
        bench.ask(3);
        CHECK(bench.dialer.waiting.size() == 2);
        for (int i = 0; i < 5; ++i) {
            bench.client.reset_connections();
            bench.ask(3);
        }
        CHECK(bench.dialer.waiting.size() == 4);
    }
    TEST_CASE("when the requests from before have ended the next reset counts") {
        Bench bench;
        bench.ask(1);
        bench.client.reset_connections();
        bench.ask(1);
        bench.calls.clear();
        bench.settle();
        bench.client.reset_connections();
        bench.ask(1);
        CHECK(bench.dialer.waiting.size() == 3);
    }
}
