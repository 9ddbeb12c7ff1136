// The relay between two real sockets, with peers that misbehave.
#include "common/loop/timer.h"
#include "workers/egress/stream.h"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <functional>

using namespace openclaw;
using namespace openclaw::egress;
using namespace std::chrono_literals;

namespace {

std::pair<UniqueFd, UniqueFd> unix_pair() {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::pair<UniqueFd, UniqueFd> tcp_pair() {
    const UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(listener.get(), 1) == 0);
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
    UniqueFd near(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(connect(near.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    UniqueFd far(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    fcntl(near.get(), F_SETFL, O_NONBLOCK);
    return {std::move(near), std::move(far)};
}

struct Bench {
    Loop loop;
    UniqueFd worker, server; // the far ends, in the hands of the test
    std::optional<ipc::StreamCounters> counters;
    std::optional<Stream> stream;
    bool is_over = false;

    explicit Bench(std::string early = {}) {
        auto [worker_far, worker_near] = unix_pair();
        auto [server_near, server_far] = tcp_pair();
        worker = std::move(worker_far);
        server = std::move(server_far);
        counters.emplace(ipc::StreamCounters::make().value());
        stream.emplace(loop, std::move(worker_near), std::move(server_near), std::move(early),
                       &*counters, 7, [this] { is_over = true; });
    }

    void turn_until(const std::function<bool()>& reached) {
        Timer guard(loop);
        bool late = false;
        guard.start(30s, [&] { late = true; });
        while (!reached() && !late)
            loop.turn(false); // the far ends are polled by the test: they wake no loop
        REQUIRE_FALSE(late);
    }

    // As much as the socket takes.
    static std::size_t push(const UniqueFd& to, std::string_view bytes) {
        const auto wrote = send(to.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return wrote < 0 ? 0 : static_cast<std::size_t>(wrote);
    }

    static std::string pull(const UniqueFd& from, std::size_t most = 1u << 20) {
        std::string bytes(most, '\0');
        const auto got = recv(from.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return bytes;
    }

    static bool is_at_end(const UniqueFd& from) {
        char byte = 0;
        return recv(from.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
    }

    std::string carried(const UniqueFd& to, std::size_t bytes) {
        std::string all;
        turn_until([&] { return (all += pull(to)).size() >= bytes; });
        return all;
    }
};

} // namespace

TEST_SUITE("workers/egress") {
    TEST_CASE("bytes go both ways and are counted for their worker") {
        Bench bench;
        Bench::push(bench.worker, "question");
        CHECK(bench.carried(bench.server, 8) == "question");
        Bench::push(bench.server, "a long answer");
        CHECK(bench.carried(bench.worker, 13) == "a long answer");
        const auto counts = bench.counters->read(7);
        CHECK(counts.bytes_out == 8);
        CHECK(counts.bytes_in == 13);
        CHECK(counts.streams == 1);
        CHECK(counts.open == 1);
        bench.stream.reset();
        CHECK(bench.counters->read(7).open == 0);
        CHECK(bench.counters->read(6).streams == 0);
    }

    TEST_CASE("what came behind a proxy's answer is the first the worker reads") {
        Bench bench("early ");
        Bench::push(bench.server, "late");
        CHECK(bench.carried(bench.worker, 10) == "early late");
    }

    TEST_CASE("megabytes arrive whole past a slow reader, and no more is held than a buffer") {
        for (const bool upwards : {true, false}) {
            CAPTURE(upwards);
            Bench bench;
            const auto& from = upwards ? bench.worker : bench.server;
            const auto& to = upwards ? bench.server : bench.worker;
            std::string sent;
            for (int i = 0; sent.size() < (8u << 20); ++i)
                sent += std::to_string(i) + ",";
            std::size_t pushed = 0;
            const auto push_all_there_is_room_for = [&] {
                pushed += Bench::push(from, std::string_view(sent).substr(pushed));
                bench.loop.turn(false);
            };
            for (std::size_t before = 1; before != pushed;) {
                before = pushed;
                for (int i = 0; i < 200; ++i)
                    push_all_there_is_room_for();
            }
            REQUIRE(pushed < sent.size()); // it stopped reading: the sender is held back
            std::string got;
            bench.turn_until([&] {
                push_all_there_is_room_for();
                got += Bench::pull(to, 30'000);
                return got.size() == sent.size();
            });
            CHECK(got == sent);
        }
    }

    TEST_CASE("one direction ends, the other goes on") {
        Bench bench;
        Bench::push(bench.worker, "all I have to say");
        shutdown(bench.worker.get(), SHUT_WR);
        CHECK(bench.carried(bench.server, 17) == "all I have to say");
        bench.turn_until([&] { return Bench::is_at_end(bench.server); });
        CHECK_FALSE(bench.is_over);
        Bench::push(bench.server, "answer");
        CHECK(bench.carried(bench.worker, 6) == "answer");
        bench.server.reset();
        bench.turn_until([&] { return bench.is_over; });
        CHECK(Bench::is_at_end(bench.worker));
    }

    TEST_CASE("the server's end is passed on while the worker may still speak") {
        Bench bench;
        shutdown(bench.server.get(), SHUT_WR);
        bench.turn_until([&] { return Bench::is_at_end(bench.worker); });
        Bench::push(bench.worker, "still here");
        CHECK(bench.carried(bench.server, 10) == "still here");
        bench.worker.reset();
        bench.turn_until([&] { return bench.is_over; });
    }

    TEST_CASE("a worker that goes while a server is silent leaves nothing behind") {
        Bench bench;
        Bench::push(bench.worker, "last words");
        bench.worker.reset();
        bench.turn_until([&] { return bench.is_over; });
        CHECK(Bench::pull(bench.server) == "last words");
    }

    TEST_CASE("a reset ends the stream") {
        Bench bench;
        const linger hard{.l_onoff = 1, .l_linger = 0};
        setsockopt(bench.server.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        bench.server.reset();
        bench.turn_until([&] { return bench.is_over; });
    }

    TEST_CASE("a worker that makes its end blocking blocks nobody") {
        Bench bench;
        fcntl(bench.worker.get(), F_SETFL,
              0); // flags belong to the file that both ends of an fd share
        for (int i = 0; i < 64; ++i) {
            Bench::push(bench.server, std::string(64u << 10, 'x'));
            bench.loop.turn(false);
        }
        Bench::push(bench.worker, "alive");
        CHECK(bench.carried(bench.server, 5) == "alive");
    }
}
