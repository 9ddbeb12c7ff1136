// From a name to a connected socket, against real listeners and proxies on loopback.
#include "common/loop/timer.h"
#include "workers/egress/connector.h"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <functional>

using namespace openclaw;
using namespace openclaw::egress;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

// Listens on 127.0.0.1 only. What it is told goes to `on_bytes`, whose answer is sent back.
class Listener {
  public:
    using OnBytes = std::function<std::string(std::string_view)>;

    explicit Listener(Loop& loop, OnBytes on_bytes = {})
        : loop_(loop)
        , on_bytes_(std::move(on_bytes))
        , socket_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(listen(socket_.get(), 8) == 0);
        getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
        watch_ = std::make_unique<FdWatch>(loop_, socket_.get(), [this](Ready) { take(); });
        watch_->want(true, false);
    }

    std::uint16_t port = 0;
    int accepted = 0;
    std::string heard;

  private:
    struct Peer {
        UniqueFd socket;
        std::unique_ptr<FdWatch> watch;
    };

    void take() {
        auto& peer = peers_.emplace_back();
        peer.socket.reset(accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        ++accepted;
        const int fd = peer.socket.get();
        peer.watch = std::make_unique<FdWatch>(loop_, fd, [this, fd](Ready) {
            std::array<char, 4096> bytes;
            const auto got = recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
            if (got <= 0 || !on_bytes_) return;
            const std::string_view came(bytes.data(), static_cast<std::size_t>(got));
            heard += came;
            const auto answer = on_bytes_(came);
            send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
        });
        peer.watch->want(static_cast<bool>(on_bytes_), false);
    }

    Loop& loop_;
    OnBytes on_bytes_;
    UniqueFd socket_;
    std::unique_ptr<FdWatch> watch_;
    std::vector<Peer> peers_;
};

wire::DialOrder order_for(const std::string& host, std::uint16_t port, wire::AddressRule rule) {
    wire::DialOrder order;
    order.mutable_dial()->set_host(host);
    order.mutable_dial()->set_port(port);
    order.mutable_dial()->set_within_ms(5000);
    order.set_rule(rule);
    return order;
}

void set_proxy(wire::DialOrder& order, wire::DialProxy::Kind kind, std::uint16_t port) {
    auto& proxy = *order.mutable_proxy();
    proxy.set_kind(kind);
    proxy.set_host("127.0.0.1");
    proxy.set_port(port);
}

Result<Connected> run(Loop& loop, const wire::DialOrder& order) {
    std::optional<Result<Connected>> outcome;
    Lookups lookups(loop);
    Connector connector(loop, lookups, order,
                        [&](Result<Connected> told) { outcome = std::move(told); });
    CHECK_FALSE(outcome); // never from inside the constructor
    Timer guard(loop);
    bool late = false;
    guard.start(30s, [&] { late = true; });
    while (!outcome && !late) {
        loop.turn(
            false); // timers that are due: a waiting turn runs them and then waits all the same
        if (!outcome) loop.turn();
    }
    REQUIRE_FALSE(late);
    return std::move(*outcome);
}

} // namespace

TEST_SUITE("workers/egress") {
    TEST_CASE("an address and a name are connected to when the rule allows what they resolve to") {
        Loop loop;
        const Listener listener(loop);
        CHECK(run(loop, order_for("127.0.0.1", listener.port, wire::ADDRESS_ANY)));
        CHECK(run(loop, order_for("127.0.0.1", listener.port, wire::ADDRESS_NAMED)));
        // "localhost" may be ::1 first, where nobody listens: the other family is tried at once.
        CHECK(run(loop, order_for("localhost", listener.port, wire::ADDRESS_NAMED)));
    }

    TEST_CASE("a name that resolves to this machine is no way in, whoever owns the name") {
        Loop loop;
        const Listener listener(loop);
        for (const std::string host : {"localhost", "127.0.0.1", "127.1", "2130706433"}) {
            CAPTURE(host);
            const auto outcome = run(loop, order_for(host, listener.port, wire::ADDRESS_PUBLIC));
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().code == Code::denied);
            CHECK(outcome.error().sentence.find("this machine") != std::string::npos);
        }
        CHECK(listener.accepted == 0);
        const auto metadata = run(loop, order_for("169.254.169.254", 80, wire::ADDRESS_NAMED));
        REQUIRE_FALSE(metadata);
        CHECK(metadata.error().code == Code::denied);
    }

    TEST_CASE("nobody listens: said with the host and the system's reason") {
        Loop loop;
        std::uint16_t port = 0;
        { port = Listener(loop).port; }
        const auto outcome = run(loop, order_for("127.0.0.1", port, wire::ADDRESS_ANY));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Code::unavailable);
        CHECK(outcome.error().sentence ==
              "cannot connect to 127.0.0.1:" + std::to_string(port) + ": Connection refused");
        CHECK(outcome.error().system_errno == ECONNREFUSED);
    }

    TEST_CASE("a name nobody knows is not found") {
        Loop loop;
        const auto outcome =
            run(loop, order_for("no-such-host.invalid", 443, wire::ADDRESS_PUBLIC));
        REQUIRE_FALSE(outcome);
        CHECK((outcome.error().code == Code::not_found ||
               outcome.error().code == Code::unavailable)); // no network at all
        CHECK(outcome.error().sentence.find("no-such-host.invalid") != std::string::npos);
    }

    TEST_CASE("an HTTP proxy is asked for the name and becomes the stream") {
        Loop loop;
        Listener proxy(loop, [](std::string_view) { return "HTTP/1.1 200 fine\r\n\r\nearly"s; });
        auto order = order_for("api.example.org", 443, wire::ADDRESS_PUBLIC);
        set_proxy(order, wire::DialProxy::HTTP_CONNECT, proxy.port);
        const auto outcome = run(loop, order);
        REQUIRE(outcome);
        CHECK(outcome->early == "early");
        CHECK(proxy.heard.starts_with("CONNECT api.example.org:443 HTTP/1.1\r\n"));
    }

    TEST_CASE("a SOCKS5 proxy is asked for the name and becomes the stream") {
        Loop loop;
        int turn = 0;
        Listener proxy(loop, [&](std::string_view) {
            return ++turn == 1 ? "\x05\x00"s : "\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"s;
        });
        auto order = order_for("api.example.org", 443, wire::ADDRESS_PUBLIC);
        set_proxy(order, wire::DialProxy::SOCKS5, proxy.port);
        const auto outcome = run(loop, order);
        REQUIRE(outcome);
        CHECK(outcome->early.empty());
        CHECK(proxy.heard.find("api.example.org") != std::string::npos);
    }

    TEST_CASE("a proxy's refusal is told; its silence ends with the deadline") {
        Loop loop;
        Listener rude(loop, [](std::string_view) { return "HTTP/1.1 502 no\r\n\r\n"s; });
        auto order = order_for("api.example.org", 443, wire::ADDRESS_PUBLIC);
        set_proxy(order, wire::DialProxy::HTTP_CONNECT, rude.port);
        auto outcome = run(loop, order);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Code::unavailable);
        CHECK(outcome.error().sentence.find("502 no") != std::string::npos);

        const Listener silent(loop);
        set_proxy(order, wire::DialProxy::SOCKS5, silent.port);
        order.mutable_dial()->set_within_ms(40);
        outcome = run(loop, order);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Code::timeout);
    }

    TEST_CASE("a proxy is not asked for an address that is refused without it") {
        Loop loop;
        const Listener proxy(loop);
        auto order = order_for("169.254.169.254", 80, wire::ADDRESS_PUBLIC);
        set_proxy(order, wire::DialProxy::HTTP_CONNECT, proxy.port);
        const auto outcome = run(loop, order);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == Code::denied);
        CHECK(proxy.accepted == 0);
    }
}
