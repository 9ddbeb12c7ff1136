// Who may have a stream, and what becomes of a request while egress comes and goes.
#include "common/ipc/permits.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"
#include "common/log/log.h"
#include "supervisor/flow/dials.h"

#include <doctest/doctest.h>

#include <sys/socket.h>

#include <array>
#include <map>

using namespace openclaw;
using namespace openclaw::flow;
using namespace std::chrono_literals;

namespace {

struct End final : ipc::LinkHandler {
    std::unique_ptr<ipc::Link> near; // the supervisor's
    UniqueFd socket;                 // the process's, in the hands of the test
    std::function<void(const wire::Frame&, Fds)> heard;

    void on_frame(const wire::Frame& frame, Fds fds) override { heard(frame, std::move(fds)); }

    void on_closed(const ipc::LinkEnd&) override {}

    void says(wire::Frame frame, std::span<const int> fds = {}) {
        frame.set_fds(static_cast<std::uint32_t>(fds.size()));
        const auto bytes = frame.SerializeAsString();
        REQUIRE(ipc::send_datagram(
            socket.get(), {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
            fds));
    }

    std::optional<wire::Frame> hears(Fds* fds = nullptr) {
        std::array<std::uint8_t, ipc::max_frame_bytes> buffer{};
        auto got = ipc::receive_datagram(socket.get(), buffer);
        if (!got || got->kind != ipc::Datagram::Kind::message) return std::nullopt;
        wire::Frame frame;
        REQUIRE(frame.ParseFromArray(buffer.data(), static_cast<int>(got->size)));
        if (frame.has_stream_counters_file()) return hears(fds);
        if (fds != nullptr) *fds = std::move(got->fds);
        return frame;
    }
};

struct Bench final : process::Links, Reaches {
    Loop loop;
    std::map<std::string, std::unique_ptr<End>> ends;
    policy::ReachRules rules;
    Dials dials{loop, *this, *this, {}};
    std::uint64_t last_id = 0;

    Bench() {
        log::redirect([](log::Level, std::string_view, std::span<const log::Field>) {});
        rules.hosts = {{.endpoint = {"api.example.org", 443}}};
        join("telegram:default", ipc::channel_permits);
        ends.at("telegram:default")->heard = [this](const wire::Frame& frame, Fds fds) {
            CHECK(dials.on_dial("telegram:default", frame, std::move(fds)));
        };
    }

    ipc::Link* link(const std::string& id) override {
        return ends.contains(id) ? ends.at(id)->near.get() : nullptr;
    }

    const policy::ReachRules& reach_of(std::string_view) const override { return rules; }

    End& join(const std::string& id, ipc::PermitTable permits) {
        auto end = std::make_unique<End>();
        auto [mine, theirs] = std::move(ipc::make_socket_pair().value());
        end->socket = std::move(theirs);
        end->near = std::make_unique<ipc::Link>(loop, std::move(mine), ipc::Side::supervisor,
                                                permits, *end);
        end->near->enter(ipc::Phase::serving);
        return *(ends[id] = std::move(end));
    }

    End& egress_comes() {
        auto& end = join("egress", ipc::egress_permits);
        dials.on_egress_ready();
        return end;
    }

    void egress_dies() {
        ends.at("egress")->socket.reset();
        turn();
        ends.erase("egress");
        dials.on_egress_down();
    }

    End& worker() { return *ends.at("telegram:default"); }

    void turn() {
        for (int i = 0; i < 5; ++i)
            loop.turn(false);
    }

    // What the worker keeps of the pair whose other end it sent.
    UniqueFd dial(const std::string& host, std::uint32_t port = 443, std::uint32_t within = 5000) {
        std::array<int, 2> pair{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
        const UniqueFd far(pair[1]);
        wire::Frame frame;
        frame.set_id(++last_id);
        frame.mutable_dial()->set_host(host);
        frame.mutable_dial()->set_port(port);
        frame.mutable_dial()->set_within_ms(within);
        const int fd = far.get();
        worker().says(frame, {&fd, 1});
        turn();
        return UniqueFd(pair[0]);
    }

    void answers(End& egress, std::uint64_t request, wire::Dialled::Outcome outcome) {
        wire::Frame frame;
        frame.set_re(request);
        frame.mutable_dialled()->set_outcome(outcome);
        egress.says(frame);
        turn();
    }

    DialFacts facts() { return dials.facts("telegram:default"); }
};

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("an allowed stream goes to egress with its rule, and its outcome to the worker") {
        Bench bench;
        auto& egress = bench.egress_comes();
        const auto near = bench.dial("API.example.org.");
        Fds fds;
        const auto order = egress.hears(&fds);
        REQUIRE(order);
        CHECK(order->dial_order().worker() == "telegram:default");
        CHECK(order->dial_order().dial().host() == "api.example.org");
        CHECK(order->dial_order().rule() == wire::ADDRESS_PUBLIC);
        CHECK_FALSE(order->dial_order().has_proxy());
        REQUIRE(fds.size() == 1);
        send(near.get(), "hi", 2, 0);
        std::array<char, 2> bytes{};
        CHECK(recv(fds.front().get(), bytes.data(), 2, 0) == 2); // it is the worker's pair
        CHECK(bench.facts().waiting == 1);
        bench.answers(egress, order->id(), wire::Dialled::CONNECTED);
        const auto told = bench.worker().hears();
        REQUIRE(told);
        CHECK(told->re() == 1);
        CHECK(told->dialled().outcome() == wire::Dialled::CONNECTED);
        CHECK(bench.facts().waiting == 0);
    }

    TEST_CASE("a host that nobody named is refused, counted and never shown to egress") {
        Bench bench;
        auto& egress = bench.egress_comes();
        for (const std::string host : {"discord.com", "169.254.169.254", "127.0.0.1", "a b", ""}) {
            CAPTURE(host);
            const auto near = bench.dial(host);
            const auto told = bench.worker().hears();
            REQUIRE(told);
            CHECK(told->dialled().outcome() == wire::Dialled::REFUSED);
            CHECK_FALSE(told->dialled().sentence().empty());
            CHECK_FALSE(egress.hears());
            char byte = 0;
            CHECK(recv(near.get(), &byte, 1, MSG_DONTWAIT) == 0); // its end is closed
        }
        CHECK(bench.facts().refused == 5);
        CHECK(bench.dials.facts("echo:default").refused == 0);
    }

    TEST_CASE("a stream that is asked for before egress is there waits for it") {
        Bench bench;
        const auto near = bench.dial("api.example.org");
        CHECK_FALSE(bench.worker().hears());
        auto& egress = bench.egress_comes();
        bench.turn();
        CHECK(egress.hears());
    }

    TEST_CASE("an egress that dies in between is followed by another, which gets the same stream") {
        Bench bench;
        bench.egress_comes();
        const auto near = bench.dial("api.example.org");
        bench.egress_dies();
        CHECK_FALSE(bench.worker().hears());
        char byte = 0;
        CHECK(recv(near.get(), &byte, 1, MSG_DONTWAIT) < 0); // still open
        auto& next = bench.egress_comes();
        bench.turn();
        const auto order = next.hears();
        REQUIRE(order);
        bench.answers(next, order->id(), wire::Dialled::CONNECTED);
        CHECK(bench.worker().hears()->dialled().outcome() == wire::Dialled::CONNECTED);
    }

    TEST_CASE("a stream that egress dies of three times is given up") {
        Bench bench;
        const auto near = bench.dial("api.example.org");
        for (int life = 0; life < 3; ++life) {
            bench.egress_comes();
            bench.turn();
            bench.egress_dies();
        }
        const auto told = bench.worker().hears();
        REQUIRE(told);
        CHECK(told->dialled().outcome() == wire::Dialled::UNREACHABLE);
        CHECK(bench.facts().failed == 1);
        CHECK(bench.facts().waiting == 0);
    }

    TEST_CASE("without an egress the deadline ends it") {
        Bench bench;
        const auto near = bench.dial("api.example.org", 443, 1);
        Timer guard(bench.loop);
        bool late = false;
        guard.start(30s, [&] { late = true; });
        std::optional<wire::Frame> told;
        while (!told && !late) {
            bench.loop.turn();
            told = bench.worker().hears();
        }
        REQUIRE(told);
        CHECK(told->dialled().outcome() == wire::Dialled::TIMED_OUT);
    }

    TEST_CASE("a worker can have so many requests open and no more") {
        Bench bench;
        std::vector<UniqueFd> ends;
        for (std::size_t i = 0; i <= Dials::max_waiting; ++i)
            ends.push_back(bench.dial("api.example.org"));
        const auto told = bench.worker().hears();
        REQUIRE(told);
        CHECK(told->dialled().outcome() == wire::Dialled::BUSY);
        CHECK(bench.facts().waiting == Dials::max_waiting);
        bench.dials.on_worker_down("telegram:default");
        CHECK(bench.facts().waiting == 0);
    }

    TEST_CASE("a worker that dials again and again is told that it is too much, and served again") {
        Bench bench;
        std::optional<wire::Frame> told;
        unsigned dialled = 0;
        for (; dialled < 20 * Dials::most_at_once && !told; ++dialled) {
            const auto near = bench.dial("api.example.org");
            told = bench.worker().hears();
            bench.dials.on_worker_down("telegram:default"); // none of them is open
        }
        REQUIRE(told);
        CHECK(told->dialled().outcome() == wire::Dialled::BUSY);
        CHECK(dialled > Dials::most_at_once);
        bool is_later = false;
        Timer later(bench.loop);
        later.start(100ms, [&] { is_later = true; });
        while (!is_later)
            bench.loop.turn();
        const auto near = bench.dial("api.example.org");
        CHECK_FALSE(bench.worker().hears());
        CHECK(bench.facts().waiting == 1);
    }

    TEST_CASE("a dial without a stream, an id or a port contradicts itself") {
        Bench bench;
        wire::Frame frame;
        frame.mutable_dial()->set_host("api.example.org");
        frame.mutable_dial()->set_port(443);
        frame.set_id(1);
        CHECK_FALSE(bench.dials.on_dial("telegram:default", frame, {}));
        frame.mutable_dial()->set_port(70'000);
        Fds fds;
        fds.emplace_back(dup(0));
        CHECK_FALSE(bench.dials.on_dial("telegram:default", frame, std::move(fds)));
    }

    TEST_CASE("a proxy's credentials go with the order and stay nowhere else") {
        Bench bench;
        auto& egress = bench.egress_comes();
        bench.rules.proxy = policy::parse_proxy("socks5://me:secret@10.0.0.1:1080").value();
        const auto near = bench.dial("api.example.org");
        const auto order = egress.hears();
        REQUIRE(order);
        CHECK(order->dial_order().proxy().kind() == wire::DialProxy::SOCKS5);
        CHECK(order->dial_order().proxy().host() == "10.0.0.1");
        CHECK(order->dial_order().proxy().password() == "secret");
    }
}
