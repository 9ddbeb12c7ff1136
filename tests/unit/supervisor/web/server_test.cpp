#include "supervisor/web/listener.h"
#include "supervisor/web/server.h"
#include "supervisor/web/ws_client.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

#include <map>

using namespace openclaw;
using namespace openclaw::web;
using test::http;
using test::turn_until;
using test::WsClientForTest;

namespace {

// An endpoint that does what the message says: enough to see every side of a connection.
struct Scripted final : Endpoint {
    struct Line final : Session {
        Line(Scripted& all, WsClient& peer)
            : owner(all)
            , client(peer) {
            owner.clients.push_back(&client);
        }

        ~Line() override {
            std::erase(owner.clients, &client);
            ++owner.ended;
        }

        void on_message(std::string_view message) override {
            owner.messages.emplace_back(message);
            if (owner.on_message) owner.on_message(client, message);
        }

        Scripted& owner;
        WsClient& client;
    };

    std::unique_ptr<Session> open(WsClient& client) override {
        arrivals.push_back(client.arrival());
        if (admits) client.admit();
        return std::make_unique<Line>(*this, client);
    }

    bool admits = true;
    std::function<void(WsClient&, std::string_view)> on_message;
    std::vector<WsClient*> clients;
    std::vector<Arrival> arrivals;
    std::vector<std::string> messages;
    int ended = 0;
};

struct Edge {
    explicit Edge(ServerOptions options = {}, bool admits = true) {
        endpoint.admits = admits;
        if (!options.readiness)
            options.readiness = [] {
                return Readiness{.phase = Readiness::Phase::started,
                                 .failing = {},
                                 .uptime_ms = 5,
                                 .event_loop_json = "{}"};
            };
        auto made = Server::create(loop, std::move(options), endpoint);
        REQUIRE(made);
        server = std::move(*made);
        auto sockets = open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(sockets);
        listener = std::make_unique<Listener>(
            loop, std::move(*sockets), [this](UniqueFd fd) { server->adopt(std::move(fd)); });
        port = listener->port();
    }

    Loop loop;
    Scripted endpoint;
    std::unique_ptr<Server> server;
    std::unique_ptr<Listener> listener;
    std::uint16_t port = 0;
};

void echo(WsClient& client, std::string_view message) {
    client.send(message);
}

} // namespace

TEST_SUITE("supervisor/web") {
    TEST_CASE("a WebSocket is upgraded on any path, on IPv4 and IPv6, without extensions") {
        Edge edge;
        edge.endpoint.on_message = echo;
        for (const bool six : {false, true}) {
            WsClientForTest client(
                edge.loop, edge.port,
                "Sec-WebSocket-Extensions: permessage-deflate\r\nOrigin: http://a.example\r\n", six,
                "/foo/bar?x=1");
            REQUIRE(client.is_open());
            CHECK_FALSE(client.response.contains("xtensions"));
            CHECK_FALSE(client.response.contains("rotocol:"));
            client.send_text("hello");
            REQUIRE(client.wait_for_texts(1));
            CHECK(client.texts[0] == "hello");
            CHECK(edge.endpoint.arrivals.back().ip == (six ? "::1" : "127.0.0.1"));
            CHECK(edge.endpoint.arrivals.back().direct_local);
            CHECK(edge.endpoint.arrivals.back().origin == "http://a.example");
            CHECK(edge.endpoint.arrivals.back().host == "127.0.0.1:" + std::to_string(edge.port));
        }
    }

    TEST_CASE("fragments become one message, and a binary message is taken like a text") {
        Edge edge;
        edge.endpoint.on_message = echo;
        WsClientForTest client(edge.loop, edge.port);
        client.send_frame(0x01, "{\"a\":");
        client.send_frame(0x00, "1,\"b\"");
        client.send_frame(0x80, ":2}");
        client.send_frame(0x82, "binary");
        REQUIRE(client.wait_for_texts(2));
        CHECK(client.texts[0] == R"({"a":1,"b":2})");
        CHECK(client.texts[1] == "binary");
    }

    TEST_CASE("a ping is answered with the same payload") {
        Edge edge;
        WsClientForTest client(edge.loop, edge.port);
        client.send_frame(0x89, "are you there");
        REQUIRE(client.wait_for([&] { return !client.pongs.empty(); }));
        CHECK(client.pongs[0] == "are you there");
    }

    TEST_CASE("answers larger than a socket buffer arrive whole and in order") {
        Edge edge;
        const std::string big(3'000'000, 'x');
        edge.endpoint.on_message = [&](WsClient& client, std::string_view message) {
            client.send(big);
            client.send(message);
            for (int i = 0; i < 100; ++i)
                client.send(std::to_string(i));
        };
        WsClientForTest client(edge.loop, edge.port);
        client.send_text("after");
        REQUIRE(client.wait_for_texts(102));
        CHECK(client.texts[0] == big);
        CHECK(client.texts[1] == "after");
        CHECK(client.texts[101] == "99");
    }

    TEST_CASE("before admission a message may have 65,536 bytes and not one more") {
        Edge edge({}, false);
        WsClientForTest small(edge.loop, edge.port);
        small.send_text(std::string(65'536, 'a'));
        REQUIRE(small.wait_for([&] { return !edge.endpoint.messages.empty(); }));
        CHECK(edge.endpoint.messages[0].size() == 65'536);

        WsClientForTest large(edge.loop, edge.port);
        large.send_text(std::string(65'537, 'a'));
        REQUIRE(large.wait_for_close());
        CHECK(large.close_code == 1009);
        CHECK(large.close_reason.empty());
    }

    TEST_CASE("after admission the larger limit holds") {
        Edge edge({.limits = {.after_admission = 300'000},
                   .rules = {},
                   .readiness = {},
                   .may_see_details = {}});
        WsClientForTest client(edge.loop, edge.port);
        client.send_text(std::string(300'000, 'a'));
        REQUIRE(client.wait_for([&] { return !edge.endpoint.messages.empty(); }));
        client.send_text(std::string(300'001, 'a'));
        REQUIRE(client.wait_for_close());
        CHECK(client.close_code == 1009);
        client.tcp.close();
        REQUIRE(turn_until(edge.loop, [&] { return edge.server->client_count() == 0; }));
        CHECK(edge.endpoint.ended == 1);
    }

    TEST_CASE("a close comes after what was sent before it, with its reason cut at 120 bytes") {
        Edge edge;
        edge.endpoint.on_message = [](WsClient& client, std::string_view) {
            client.send("the answer");
            client.close(1008, std::string(119, 'r') + "é and more");
            client.send("never");
        };
        WsClientForTest client(edge.loop, edge.port);
        client.send_text("go");
        REQUIRE(client.wait_for_close());
        CHECK(client.texts == std::vector<std::string>{"the answer"});
        CHECK(client.close_code == 1008);
        CHECK(client.close_reason == std::string(119, 'r'));
    }

    TEST_CASE("who does not introduce himself in time is closed with 1000 and no reason") {
        Edge edge({.limits = {.handshake_within = Milliseconds(30)},
                   .rules = {},
                   .readiness = {},
                   .may_see_details = {}},
                  false);
        WsClientForTest first(edge.loop, edge.port);
        WsClientForTest second(edge.loop, edge.port);
        REQUIRE(first.wait_for_close());
        CHECK(first.close_code == 1000);
        CHECK(first.close_reason.empty());
        REQUIRE(second.wait_for_close());
        CHECK(edge.server->counters().handshake_expired == 2);
        CHECK(edge.server->unauthenticated_count() <= 2);
    }

    TEST_CASE("another time for introductions counts for who is there and for who comes") {
        Edge edge({}, false); // fifteen seconds
        WsClientForTest waiting(edge.loop, edge.port);
        REQUIRE(waiting.is_open());
        edge.server->use_handshake_limit(Milliseconds(30));
        REQUIRE(waiting.wait_for_close());
        edge.server->use_handshake_limit(std::chrono::minutes(10));
        edge.server->use_handshake_limit(Milliseconds(30)); // while nobody waits
        WsClientForTest late(edge.loop, edge.port);
        REQUIRE(late.wait_for_close());
        CHECK(edge.server->counters().handshake_expired == 2);
    }

    TEST_CASE(
        "the thirty-third unauthenticated socket gets 503, and a place that becomes free is used") {
        Edge edge({}, false);
        std::vector<std::unique_ptr<WsClientForTest>> crowd;
        for (int i = 0; i < 32; ++i) {
            crowd.push_back(std::make_unique<WsClientForTest>(edge.loop, edge.port));
            REQUIRE(crowd.back()->is_open());
        }
        WsClientForTest refused(edge.loop, edge.port);
        CHECK(refused.response.starts_with("HTTP/1.1 503 "));
        REQUIRE(refused.tcp.wait_for([&] { return refused.tcp.ended; }));
        CHECK(refused.tcp.received.contains("Too many unauthenticated sockets"));
        edge.endpoint.clients.front()->admit();
        WsClientForTest welcome(edge.loop, edge.port);
        CHECK(welcome.is_open());
    }

    TEST_CASE("close_all tells every client why") {
        Edge edge;
        WsClientForTest first(edge.loop, edge.port), second(edge.loop, edge.port);
        edge.server->close_all(1012, "service restart");
        REQUIRE(first.wait_for_close());
        REQUIRE(second.wait_for_close());
        CHECK(first.close_code == 1012);
        CHECK(second.close_reason == "service restart");
    }

    TEST_CASE("events are numbered per connection from one, without gaps") {
        Edge edge;
        WsClientForTest first(edge.loop, edge.port), second(edge.loop, edge.port);
        const auto tick = std::make_shared<const Event>(make_event("tick", R"({"ts":1})"));
        auto targeted = make_event("hello", "{}");
        targeted.sequenced = false;
        edge.endpoint.clients[0]->send_event(tick);
        edge.endpoint.clients[0]->send_event(std::make_shared<const Event>(std::move(targeted)));
        edge.endpoint.clients[0]->send_event(tick);
        edge.endpoint.clients[1]->send_event(tick);
        REQUIRE(first.wait_for_texts(3));
        REQUIRE(second.wait_for_texts(1));
        CHECK(first.texts[0] == R"({"type":"event","event":"tick","payload":{"ts":1},"seq":1})");
        CHECK(first.texts[1] == R"({"type":"event","event":"hello","payload":{}})");
        CHECK(first.texts[2] == R"({"type":"event","event":"tick","payload":{"ts":1},"seq":2})");
        CHECK(second.texts[0] == R"({"type":"event","event":"tick","payload":{"ts":1},"seq":1})");
    }

    TEST_CASE("a reader that stops reading loses ticks first and then its connection") {
        Edge edge({.limits = {.waiting_to_send = 1'000'000},
                   .rules = {},
                   .readiness = {},
                   .may_see_details = {}});
        WsClientForTest client(edge.loop, edge.port);
        client.tcp.pause();
        WsClient& slow = *edge.endpoint.clients.front();
        const std::string text(200'000, 't');
        auto tick = make_event("tick", "{\"pad\":\"" + text + "\"}");
        tick.drop_if_slow = true;
        const auto shared = std::make_shared<const Event>(std::move(tick));
        for (int i = 0; i < 200; ++i) { // more than any kernel takes for a socket nobody reads
            slow.send_event(shared);
            edge.loop.turn(false);
        }
        CHECK_FALSE(slow.is_closing());
        CHECK(slow.waiting_bytes() <= 1'000'000);
        for (int i = 0; i < 10 && !slow.is_closing(); ++i)
            slow.send(text);
        CHECK(slow.is_closing());
        CHECK(edge.server->counters().slow_cut == 1);
        client.tcp.resume();
        REQUIRE(client.wait_for_close());
        CHECK(client.close_code == 1008);
        CHECK(client.close_reason == "slow consumer");
    }

    TEST_CASE("deltas of one run are merged while the socket is full, and no text is lost") {
        Edge edge;
        WsClientForTest client(edge.loop, edge.port);
        client.tcp.pause();
        WsClient& slow = *edge.endpoint.clients.front();
        const std::string text(500'000, 't');
        for (int i = 0; i < 40; ++i) {
            slow.send(text);
            edge.loop.turn(false);
        }
        const auto delta = [&](const std::string& appended) {
            Event event = make_event("chat", R"({"deltaText":")");
            event.appended = appended;
            event.tail = R"("})";
            event.merge_key = "chat:r1";
            slow.send_event(std::make_shared<const Event>(std::move(event)));
        };
        for (const auto* part : {"one ", "two ", "three"})
            delta(part);
        slow.send("after");
        client.tcp.resume();
        REQUIRE(client.wait_for_texts(42));
        CHECK(client.texts[40] ==
              R"({"type":"event","event":"chat","payload":{"deltaText":"one two three"},"seq":1})");
        CHECK(client.texts[41] == "after");
    }

    TEST_CASE("a client that vanishes ends its session") {
        Edge edge;
        auto client = std::make_unique<WsClientForTest>(edge.loop, edge.port);
        REQUIRE(edge.server->client_count() == 1);
        client.reset();
        REQUIRE(turn_until(edge.loop, [&] { return edge.server->client_count() == 0; }));
        CHECK(edge.endpoint.ended == 1);
    }

    TEST_CASE("a client that closes is answered with a close") {
        Edge edge;
        WsClientForTest client(edge.loop, edge.port);
        client.send_frame(0x88, std::string("\x03\xe8", 2) + "bye");
        REQUIRE(client.wait_for_close());
        CHECK(client.close_code == 1000);
        REQUIRE(turn_until(edge.loop, [&] { return edge.server->client_count() == 0; }));

        WsClientForTest silent(edge.loop, edge.port);
        silent.send_frame(0x88, "");
        REQUIRE(silent.wait_for_close());
        CHECK(silent.close_code == 1000);
    }

    TEST_CASE("a client that never answers our close is dropped") {
        Edge edge({.limits = {.close_within = std::chrono::seconds(1)},
                   .rules = {},
                   .readiness = {},
                   .may_see_details = {}});
        WsClientForTest client(edge.loop, edge.port);
        edge.server->close_all(1012, "service restart");
        REQUIRE(client.wait_for_close());
        CHECK(edge.server->client_count() == 1);
        REQUIRE(turn_until(edge.loop, [&] { return edge.server->client_count() == 0; }));
    }

    TEST_CASE("the server may go while clients are connected") {
        auto edge = std::make_unique<Edge>();
        auto client = std::make_unique<WsClientForTest>(edge->loop, edge->port);
        edge->server->adopt(UniqueFd(::socket(AF_INET, SOCK_STREAM, 0)));
        edge->server.reset();
        CHECK(edge->endpoint.ended == 1);
        client.reset();
        edge.reset();
    }

    TEST_CASE("an upgrade without a proper key is refused with 400") {
        Edge edge;
        const auto response =
            http(edge.loop, edge.port,
                 "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: "
                 "Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n");
        CHECK(response.status == 400);
        CHECK(response.body == "Missing or invalid Sec-WebSocket-Key header");
        CHECK(response.header("Content-Type") == "text/html");
    }

    TEST_CASE("forwarding headers of strangers are refused on probes and upgrades alike") {
        Edge edge;
        for (const auto* header : {"X-Forwarded-For: 1.2.3.4\r\n", "Forwarded: for=1.2.3.4\r\n",
                                   "X-Real-IP: 1.2.3.4\r\n", "X-Forwarded-Proto: https\r\n"}) {
            CAPTURE(std::string(header));
            const auto response = http(edge.loop, edge.port, test::get("/readyz", header));
            CHECK(response.status == 403);
            CHECK(
                response.body ==
                R"({"error":{"message":"Proxy client attribution is required. Configure gateway.trustedProxies narrowly and make the proxy overwrite or safely rebuild forwarded client headers.","type":"proxy_attribution_required"}})");
            WsClientForTest client(edge.loop, edge.port, header);
            CHECK(client.response.starts_with("HTTP/1.1 403 "));
        }
    }

    TEST_CASE("a trusted proxy speaks for its client, which is not local") {
        Edge edge(
            {.limits = {},
             .rules = {.trusted_proxies = {"127.0.0.0/8"}, .host_names = {}, .wanted_headers = {}},
             .readiness = {},
             .may_see_details = {}});
        WsClientForTest client(edge.loop, edge.port, "X-Forwarded-For: 9.9.9.9, 203.0.113.7\r\n");
        REQUIRE(client.is_open());
        CHECK(edge.endpoint.arrivals.back().ip == "203.0.113.7");
        CHECK_FALSE(edge.endpoint.arrivals.back().direct_local);
    }

    TEST_CASE("a client behind a proxy cannot hide the header that the proxy adds") {
        Edge edge(
            {.limits = {},
             .rules = {.trusted_proxies = {"127.0.0.0/8"}, .host_names = {}, .wanted_headers = {}},
             .readiness = {},
             .may_see_details = {}});
        WsClientForTest sly(edge.loop, edge.port,
                            "X-Forwarded-Fo: a\r\nX-Forwarded-For: 203.0.113.7\r\n");
        CHECK(sly.response.starts_with("HTTP/1.1 400 "));
        CHECK(edge.endpoint.arrivals.empty());
        CHECK(edge.server->counters().refused == 1);
        WsClientForTest honest(edge.loop, edge.port, "X-Forwarded-For: 203.0.113.7\r\n");
        CHECK(honest.is_open());
    }
}
