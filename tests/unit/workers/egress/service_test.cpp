// The whole trade over a real link: orders in, streams out, counters in shared memory.
#include "common/ipc/permits.h"
#include "common/ipc/socket.h"
#include "common/loop/timer.h"
#include "common/worker/runtime.h"
#include "workers/egress/service.h"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

using namespace openclaw;
using namespace openclaw::egress;
using namespace std::chrono_literals;

namespace {

struct Worker final : worker::Context, ipc::LinkHandler {
    Worker(Loop& on, UniqueFd socket)
        : loop_(on)
        , link_(on, std::move(socket), ipc::Side::worker, ipc::egress_permits, *this)
        , service(*this) {
        link_.enter(ipc::Phase::serving);
    }

    Loop& loop() override { return loop_; }

    ipc::Link& link() override { return link_; }

    const worker::Assignment& assignment() const override { return assignment_; }

    void give_up(ExitCode, std::string_view, std::string_view sentence) override { FAIL(sentence); }

    void drained() override { ++drains; }

    void on_frame(const wire::Frame& frame, Fds fds) override {
        service.on_frame(frame, std::move(fds));
    }

    void on_closed(const ipc::LinkEnd& end) override { FAIL(end.reason); }

    Loop& loop_;
    ipc::Link link_;
    worker::Assignment assignment_;
    Egress service;
    int drains = 0;
};

struct Supervisor final : ipc::LinkHandler {
    void on_frame(const wire::Frame&, Fds) override {}

    void on_closed(const ipc::LinkEnd& end) override { FAIL(end.reason); }
};

struct Bench {
    Loop loop;
    Supervisor supervisor;
    std::optional<Worker> worker;
    std::optional<ipc::Link> link;
    ipc::StreamCounters counters = ipc::StreamCounters::make().value();
    UniqueFd listener;
    std::uint16_t port = 0;

    Bench()
        : listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        auto [theirs, ours] = std::move(ipc::make_socket_pair().value());
        worker.emplace(loop, std::move(theirs));
        link.emplace(loop, std::move(ours), ipc::Side::supervisor, ipc::egress_permits, supervisor);
        link->enter(ipc::Phase::serving);
        wire::Frame frame;
        frame.mutable_stream_counters_file();
        const int fd = counters.fd();
        REQUIRE(link->send(frame, {&fd, 1}));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(listen(listener.get(), 64) == 0);
        getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }

    void turn_until(const std::function<bool()>& reached) {
        Timer guard(loop);
        bool late = false;
        guard.start(30s, [&] { late = true; });
        while (!reached() && !late)
            loop.turn(false);
        REQUIRE_FALSE(late);
    }

    wire::Dialled order(int far, wire::AddressRule rule = wire::ADDRESS_ANY) {
        wire::Frame frame;
        auto& order = *frame.mutable_dial_order();
        order.set_slot(3);
        order.set_rule(rule);
        order.mutable_dial()->set_host("127.0.0.1");
        order.mutable_dial()->set_port(port);
        order.mutable_dial()->set_within_ms(5000);
        std::optional<wire::Dialled> told;
        link->request(frame, {&far, 1}, 6s, [&](Result<const wire::Frame*> reply, Fds) {
            REQUIRE(reply);
            told = (*reply)->dialled();
        });
        turn_until([&] { return told.has_value(); });
        return *told;
    }

    // The worker's end of a stream that stands.
    UniqueFd stream() {
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) ==
                0);
        const UniqueFd far(ends[1]);
        CHECK(order(far.get()).outcome() == wire::Dialled::CONNECTED);
        return UniqueFd(ends[0]);
    }
};

bool is_at_end(const UniqueFd& socket) {
    char byte = 0;
    return recv(socket.get(), &byte, 1, MSG_DONTWAIT) == 0;
}

} // namespace

TEST_SUITE("workers/egress") {
    TEST_CASE("an order becomes a stream that is counted for its worker, and ends with it") {
        Bench bench;
        auto near = bench.stream();
        const UniqueFd server(accept(bench.listener.get(), nullptr, nullptr));
        CHECK(bench.worker->service.vitals().in_flight == 1);
        send(near.get(), "hello", 5, 0);
        std::array<char, 8> bytes{};
        bench.turn_until([&] { return recv(server.get(), bytes.data(), 8, MSG_DONTWAIT) == 5; });
        CHECK(bench.counters.read(3).bytes_out == 5);
        CHECK(bench.counters.read(3).open == 1);
        near.reset();
        bench.turn_until([&] { return bench.counters.read(3).open == 0; });
        CHECK(bench.worker->service.vitals().in_flight == 0);
    }

    TEST_CASE("a forbidden address is refused by who resolves it") {
        Bench bench;
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        const UniqueFd near(ends[0]);
        {
            const UniqueFd far(ends[1]);
            const auto told = bench.order(far.get(), wire::ADDRESS_PUBLIC);
            CHECK(told.outcome() == wire::Dialled::REFUSED);
            CHECK(told.sentence().find("this machine") != std::string::npos);
        }
        bench.turn_until([&] { return is_at_end(near); });
        CHECK(bench.counters.read(3).streams == 0);
    }

    TEST_CASE("what comes instead of a stream's end is refused") {
        Bench bench;
        const UniqueFd file(dup(bench.counters.fd()));
        CHECK(bench.order(file.get()).outcome() == wire::Dialled::REFUSED);
        const UniqueFd tcp(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        CHECK(bench.order(tcp.get()).outcome() == wire::Dialled::REFUSED);
    }

    TEST_CASE("a drain waits for the streams there are, within its budget") {
        Bench bench;
        auto near = bench.stream();
        bench.worker->service.drain(5s);
        CHECK(bench.worker->drains == 0);
        near.reset();
        bench.turn_until([&] { return bench.worker->drains == 1; });

        Bench late;
        const auto kept = late.stream();
        late.worker->service.drain(1ms);
        late.turn_until([&] { return late.worker->drains == 1; });
        CHECK(is_at_end(kept));
    }
}
