// Libraries that insist on connect(2) get a stream that was dialled, and believe they connected.
#include "common/base/strings.h"
#include "common/ipc/permits.h"
#include "common/ipc/socket.h"
#include "common/loop/timer.h"
#include "common/net/handed_stream.h"
#include "common/net/link_dialer.h"
#include "tests/unit/common/net/http_server.h"
#include "tests/unit/workers/egress/in_process.h"

#include <doctest/doctest.h>
#include <libwebsockets.h>
#include <openssl/sha.h>

#include <poll.h>
#include <sys/un.h>

#include <cstring>

using namespace openclaw;
using namespace openclaw::net;
using namespace std::chrono_literals;

namespace {

// A worker's link and the supervisor behind it, who lets egress dial whatever is asked for.
struct Bench {
    struct Nobody final : ipc::LinkHandler {
        void on_frame(const wire::Frame&, Fds) override {}

        void on_closed(const ipc::LinkEnd&) override {}
    };

    struct Supervisor final : ipc::LinkHandler {
        egress::test::InProcess* egress = nullptr;
        ipc::Link* link = nullptr;
        std::vector<std::string> hosts;

        void on_frame(const wire::Frame& frame, Fds fds) override {
            hosts.push_back(frame.dial().host());
            wire::Frame local = frame; // every name leads to this machine
            local.mutable_dial()->set_host("127.0.0.1");
            egress->answer(*link, local, std::move(fds));
        }

        void on_closed(const ipc::LinkEnd&) override {}
    };

    Loop loop;
    egress::test::InProcess egress{loop};
    Nobody nobody;
    Supervisor supervisor;
    std::optional<ipc::Link> near, far;
    std::optional<LinkDialer> dialer;

    Bench() {
        auto [one, other] = std::move(ipc::make_socket_pair().value());
        near.emplace(loop, std::move(one), ipc::Side::worker, ipc::channel_permits, nobody);
        far.emplace(loop, std::move(other), ipc::Side::supervisor, ipc::channel_permits,
                    supervisor);
        near->enter(ipc::Phase::serving);
        far->enter(ipc::Phase::serving);
        supervisor.egress = &egress;
        supervisor.link = &*far;
        dialer.emplace(loop, *near);
    }

    void turn_until(const std::function<bool()>& reached) {
        Timer guard(loop);
        bool late = false;
        guard.start(30s, [&] { late = true; });
        while (!reached() && !late)
            loop.turn(false);
        REQUIRE_FALSE(late);
    }
};

// RFC 6455 §4.2.2.
std::string accept_key(const std::string& key) {
    const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::string digest(SHA_DIGEST_LENGTH, '\0');
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
    return to_base64(digest);
}

struct Client {
    std::string end; // how lws says it ended

    static int on_event(lws* socket, lws_callback_reasons reason, void*, void* in, size_t size) {
        auto* self = static_cast<Client*>(lws_context_user(lws_get_context(socket)));
        if (reason == LWS_CALLBACK_CLIENT_CONNECTION_ERROR)
            self->end = in == nullptr ? "error" : std::string(static_cast<char*>(in), size);
        if (reason == LWS_CALLBACK_CLIENT_ESTABLISHED) self->end = "established";
        return 0;
    }
};

} // namespace

TEST_SUITE("common/net") {
    TEST_CASE("libwebsockets' client uses a stream that was dialled, under the platform's name") {
        Bench bench;
        std::string host;
        test::HttpServer server(
            bench.loop, [&](test::ServedPeer& peer, const test::ServedRequest& request) {
                host = request.headers.at("host");
                peer.send("HTTP/1.1 101 Switching Protocols\r\n"
                          "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: " +
                          accept_key(request.headers.at("sec-websocket-key")) + "\r\n\r\n");
            });
        UniqueFd stream;
        const auto dialling = bench.dialer->dial(
            {.host = "gateway.discord.gg", .port = static_cast<std::uint16_t>(server.port())}, 5s,
            [&](Result<UniqueFd> dialled) { stream = std::move(dialled).value(); });
        bench.turn_until([&] { return static_cast<bool>(stream); });
        CHECK(bench.supervisor.hosts == std::vector<std::string>{"gateway.discord.gg"});

        Client client;
        lws_set_log_level(LLL_ERR, nullptr);
        const lws_protocols protocols[] = {{"none", &Client::on_event, 0, 4096, 0, nullptr, 0}, {}};
        lws_context_creation_info info{};
        void* loops[] = {bench.loop.native()};
        info.port = CONTEXT_PORT_NO_LISTEN;
        info.options = LWS_SERVER_OPTION_LIBUV;
        info.foreign_loops = loops;
        info.gid = -1;
        info.uid = -1;
        info.protocols = protocols;
        info.user = &client;
        lws_context* context = lws_create_context(&info);
        REQUIRE(context != nullptr);
        const HandedStream handed(std::move(stream));
        const std::string address = "+" + handed.path();
        lws_client_connect_info connect{};
        connect.context = context;
        connect.address = address.c_str();
        connect.port = server.port();
        connect.path = "/?v=10";
        connect.host = connect.origin = "gateway.discord.gg";
        connect.local_protocol_name = "none";
        REQUIRE(lws_client_connect_via_info(&connect) != nullptr);
        bench.turn_until([&] { return !client.end.empty(); });
        CHECK(host.starts_with("gateway.discord.gg"));
        CHECK(client.end == "established");
        lws_context_destroy(context);
        for (int round = 0; round < 8; ++round) // it closes its handles in rounds
            bench.loop.turn(false);
    }

    TEST_CASE("a stream is handed over once, and what nobody fetched is closed") {
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        const UniqueFd far(ends[1]);
        const UniqueFd mine(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto fetch = [&](const std::string& path) {
            sockaddr_un address{};
            address.sun_family = AF_UNIX;
            std::copy(path.begin(), path.end(), address.sun_path);
            return connect(mine.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
        };
        {
            const HandedStream handed{UniqueFd(ends[0])};
            CHECK(fetch(handed.path()) == 0);
            CHECK(send(far.get(), "x", 1, 0) == 1);
            char byte = 0;
            CHECK(recv(mine.get(), &byte, 1, 0) == 1);
            CHECK(fetch(handed.path()) == -1);
            CHECK(errno == ECONNREFUSED);
        }
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        const UniqueFd other(ends[1]);
        { const HandedStream handed{UniqueFd(ends[0])}; }
        char byte = 0;
        CHECK(recv(other.get(), &byte, 1, 0) == 0);
    }

    TEST_CASE("while a stream waits, a Unix socket for it needs no system call") {
        std::array<int, 2> ends{};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        const UniqueFd far(ends[1]);
        const auto is_writable = [](int fd) {
            pollfd one{.fd = fd, .events = POLLOUT, .revents = 0};
            return poll(&one, 1, 0) == 1 && (one.revents & POLLHUP) == 0;
        };
        const HandedStream handed{UniqueFd(ends[0])};
        const UniqueFd made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(made.get() >= 0);
        CHECK_FALSE(is_writable(made.get())); // it is being connected
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::ranges::copy(handed.path(), address.sun_path);
        CHECK(connect(made.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        CHECK(is_writable(made.get()));
        const UniqueFd kernels(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); // nothing waits now
        sockaddr_un none{};
        socklen_t size = sizeof none;
        CHECK(getpeername(kernels.get(), reinterpret_cast<sockaddr*>(&none), &size) == -1);
    }

    TEST_CASE("every other address is the kernel's") {
        const UniqueFd mine(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, "/no/such/egress");
        CHECK(connect(mine.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == -1);
        CHECK(errno == ENOENT);
    }
}
