// Plain HTTP over real sockets: bodies, whole answers, streams, peers that leave or do not read.
#include "supervisor/web/http_exchange.h"
#include "supervisor/web/listener.h"
#include "supervisor/web/server.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::web;
using test::http;
using test::TcpClient;
using test::turn_until;

namespace {

struct NoSockets final : Endpoint {
    std::unique_ptr<Session> open(WsClient&) override { return nullptr; }
};

// Answers "/api/…" as the test says.
struct Scripted final : HttpEndpoint {
    bool serves(std::string_view path) const override { return path.starts_with("/api/"); }

    std::optional<HttpAnswer> refuse(const HttpHead& head, const HttpLoad& load) override {
        heads.push_back(head);
        loads.push_back(load);
        if (head.path == "/api/refused") return json_refusal(401, "Unauthorized", "unauthorized");
        return std::nullopt;
    }

    void handle(std::shared_ptr<HttpExchange> exchange) override {
        bodies.push_back(exchange->take_body());
        exchange->when_gone([this] { ++gone; });
        exchanges.push_back(exchange);
        if (on_request) on_request(*exchange);
    }

    std::function<void(HttpExchange&)> on_request;
    std::vector<HttpHead> heads;
    std::vector<HttpLoad> loads;
    std::vector<std::string> bodies;
    std::vector<std::shared_ptr<HttpExchange>> exchanges;
    int gone = 0;
};

HttpAnswer says(std::string_view body) {
    return plain_text(200, body);
}

struct Edge {
    explicit Edge(ServerLimits limits = {}) {
        ServerOptions options;
        options.limits = limits;
        options.readiness = [] {
            return Readiness{.phase = Readiness::Phase::started,
                             .failing = {},
                             .uptime_ms = 1,
                             .event_loop_json = {}};
        };
        options.rules.wanted_headers = {"x-openclaw-model"};
        options.rules.transport_security = "max-age=5";
        options.http = &endpoint;
        auto made = Server::create(loop, std::move(options), nobody);
        REQUIRE(made);
        server = std::move(*made);
        auto sockets = open_listen_sockets({.bind = Bind::loopback, .custom_host = {}, .port = 0});
        REQUIRE(sockets);
        listener = std::make_unique<Listener>(
            loop, std::move(*sockets), [this](UniqueFd fd) { server->adopt(std::move(fd)); });
        port = listener->port();
    }

    bool turn(const std::function<bool()>& done) { return turn_until(loop, done); }

    Loop loop;
    NoSockets nobody;
    Scripted endpoint;
    std::unique_ptr<Server> server;
    std::unique_ptr<Listener> listener;
    std::uint16_t port = 0;
};

std::string post(std::string_view path, std::string_view body, std::string_view headers = {}) {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::size_t times(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
        ++count;
    return count;
}

} // namespace

TEST_SUITE("supervisor/web") {
    TEST_CASE("a request is handed over with its head and its whole body") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) { exchange.answer(says("done")); };
        const std::string body(300'000, 'b');
        const auto response = http(
            edge.loop, edge.port,
            post("/api/one?x=1", body, "Authorization: Bearer t0ken\r\nX-OpenClaw-Model: p/m\r\n"));
        CHECK(response.status == 200);
        CHECK(response.body == "done");
        CHECK(response.header("X-Content-Type-Options") == "nosniff");
        CHECK(response.header("Strict-Transport-Security") == "max-age=5");
        REQUIRE(edge.endpoint.bodies.size() == 1);
        CHECK(edge.endpoint.bodies[0] == body);
        const auto& head = edge.endpoint.heads[0];
        CHECK(head.method == "POST");
        CHECK(head.path == "/api/one");
        CHECK(head.bearer == "t0ken");
        CHECK(head.arrival.header("x-openclaw-model") == "p/m");
        CHECK(head.content_length == body.size());
        CHECK(edge.endpoint.gone == 0);
    }

    TEST_CASE("one connection serves request after request, bodies and all") {
        Edge edge;
        edge.endpoint.on_request = [&](HttpExchange& exchange) {
            exchange.answer(says("answer " + std::to_string(edge.endpoint.bodies.size())));
        };
        TcpClient client(edge.loop, edge.port);
        for (int i = 1; i <= 3; ++i) {
            client.send(post("/api/one", "body"));
            REQUIRE(client.wait_for(
                [&] { return client.received.contains("answer " + std::to_string(i)); }));
        }
        client.send(test::get("/healthz"));
        REQUIRE(client.wait_for([&] { return client.received.contains("\"live\""); }));
        CHECK_FALSE(client.ended);
        CHECK(edge.endpoint.gone == 0);
    }

    TEST_CASE("who is let go is served, and told that the connection ends") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) { exchange.answer(says("served")); };
        TcpClient kept(edge.loop, edge.port);
        kept.send(post("/api/one", "body"));
        REQUIRE(kept.wait_for([&] { return kept.received.contains("served"); }));
        kept.received.clear();
        edge.server->use(Keeping::no);
        kept.send(post("/api/two", "body"));
        REQUIRE(kept.wait_for([&] { return kept.ended; }));
        CHECK(kept.received.contains("served"));
        CHECK(kept.received.contains("Connection: close"));
        const auto probe = http(edge.loop, edge.port, test::get("/healthz"));
        CHECK(probe.status == 200);
        CHECK(probe.header("Connection") == "close");
        edge.server->use(Keeping::yes);
        TcpClient again(edge.loop, edge.port);
        again.send(test::get("/healthz"));
        REQUIRE(again.wait_for([&] { return again.received.contains("\"live\""); }));
        CHECK(again.received.contains("keep-alive"));
    }

    TEST_CASE("an answer that was begun before its peer was let go ends the connection") {
        Edge edge;
        TcpClient client(edge.loop, edge.port);
        client.send(post("/api/one", "body"));
        REQUIRE(edge.turn([&] { return edge.endpoint.exchanges.size() == 1; }));
        edge.server->use(Keeping::no);
        edge.endpoint.exchanges[0]->answer(says("late"));
        REQUIRE(client.wait_for([&] { return client.ended; }));
        CHECK(client.received.contains("late"));
    }

    TEST_CASE(
        "work on a kept connection finds it closed, a first request and a probe are answered") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) { exchange.answer(says("served")); };
        TcpClient kept(edge.loop, edge.port), probing(edge.loop, edge.port);
        kept.send(post("/api/one", "body"));
        probing.send(test::get("/healthz"));
        REQUIRE(kept.wait_for([&] { return kept.received.contains("served"); }));
        REQUIRE(probing.wait_for([&] { return probing.received.contains("\"live\""); }));
        kept.received.clear();
        probing.received.clear();
        edge.server->use(Keeping::never);
        kept.send(post("/api/two", "body"));
        REQUIRE(kept.wait_for([&] { return kept.ended; }));
        CHECK(kept.received.empty());
        CHECK(edge.endpoint.bodies.size() == 1);
        probing.send(test::get("/healthz"));
        REQUIRE(probing.wait_for([&] { return probing.received.contains("\"live\""); }));
        CHECK(http(edge.loop, edge.port, post("/api/three", "body")).status == 200);
    }

    TEST_CASE("who sends more after a POST before he has the answer is cut off") {
        Edge edge;
        TcpClient client(edge.loop, edge.port);
        client.send(post("/api/one", "first") + post("/api/one", "second"));
        REQUIRE(client.wait_for([&] { return client.ended; }));
        CHECK(edge.endpoint.bodies == std::vector<std::string>{"first"});
        CHECK(edge.endpoint.gone == 1);
    }

    TEST_CASE("looks that were sent at once are answered in order") {
        Edge edge;
        edge.endpoint.on_request = [&](HttpExchange& exchange) {
            exchange.answer(says("<" + exchange.head().path + ">"));
        };
        TcpClient client(edge.loop, edge.port);
        client.send(test::get("/api/one") + test::get("/healthz") + test::get("/api/two"));
        REQUIRE(client.wait_for(
            [&] { return client.received.contains("</api/two>") || client.ended; }));
        CHECK(client.received.contains("</api/one>"));
        CHECK(client.received.find("</api/one>") < client.received.find("\"live\""));
    }

    TEST_CASE("an answer may come much later, and may be large") {
        Edge edge;
        TcpClient client(edge.loop, edge.port);
        client.send(post("/api/one", "x"));
        REQUIRE(edge.turn([&] { return !edge.endpoint.exchanges.empty(); }));
        for (int i = 0; i < 20; ++i)
            edge.loop.turn(false);
        edge.endpoint.exchanges[0]->answer(says(std::string(5'000'000, 'y') + "END"));
        REQUIRE(client.wait_for([&] { return client.received.ends_with("END"); }));
        CHECK(client.received.contains("Content-Length: 5000003"));
    }

    TEST_CASE("what is refused by its head is not read, and the answer arrives") {
        Edge edge;
        TcpClient client(edge.loop, edge.port);
        client.send(post("/api/refused", std::string(2'000'000, 'z')));
        REQUIRE(client.wait_for([&] { return client.received.contains("Unauthorized\",\"type"); }));
        CHECK(client.received.contains("Connection: close"));
        CHECK(edge.endpoint.bodies.empty());
        REQUIRE(client.wait_for([&] { return client.ended; }));
    }

    TEST_CASE("a stream is sent in chunks as it comes, and the connection is kept") {
        Edge edge;
        TcpClient client(edge.loop, edge.port);
        client.send(post("/api/one", "x"));
        REQUIRE(edge.turn([&] { return !edge.endpoint.exchanges.empty(); }));
        auto& exchange = *edge.endpoint.exchanges[0];
        exchange.begin_stream(
            {.status = 200, .content_type = "text/event-stream", .body = {}, .headers = {}});
        exchange.send("hello");
        REQUIRE(client.wait_for([&] { return client.received.contains("5\r\nhello\r\n"); }));
        CHECK(client.received.contains("Transfer-Encoding: chunked"));
        CHECK_FALSE(client.received.contains("Content-Length"));
        exchange.send("there");
        exchange.end();
        REQUIRE(client.wait_for([&] { return client.received.ends_with("0\r\n\r\n"); }));
        edge.endpoint.on_request = [](HttpExchange& next) { next.answer(says("again")); };
        client.send(post("/api/one", "y"));
        REQUIRE(client.wait_for([&] { return client.received.ends_with("again"); }));
        CHECK(edge.endpoint.gone == 0);
    }

    TEST_CASE("an old client gets a stream without chunks, ended by the close") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) {
            exchange.begin_stream(
                {.status = 200, .content_type = "text/event-stream", .body = {}, .headers = {}});
            exchange.send("hello");
            exchange.end();
        };
        TcpClient client(edge.loop, edge.port);
        client.send("POST /api/one HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\n\r\nx");
        REQUIRE(client.wait_for([&] { return client.ended; }));
        CHECK(client.received.ends_with("\r\n\r\nhello"));
        CHECK_FALSE(client.received.contains("chunked"));
    }

    TEST_CASE("a peer that leaves before the answer is told once, and nothing breaks") {
        Edge edge;
        for (const bool has_begun : {false, true}) {
            TcpClient client(edge.loop, edge.port);
            client.send(post("/api/one", "x"));
            const auto before = edge.endpoint.exchanges.size();
            REQUIRE(edge.turn([&] { return edge.endpoint.exchanges.size() > before; }));
            auto exchange = edge.endpoint.exchanges.back();
            if (has_begun) {
                exchange->begin_stream({.status = 200,
                                        .content_type = "text/event-stream",
                                        .body = {},
                                        .headers = {}});
                exchange->send("hello");
                REQUIRE(client.wait_for([&] { return client.received.contains("hello"); }));
            }
            client.close();
            REQUIRE(edge.turn([&] { return !exchange->is_open(); }));
            CHECK(edge.endpoint.gone == (has_begun ? 2 : 1));
            exchange->answer(says("nobody hears this"));
            exchange->send("nor this");
            exchange->end();
        }
        CHECK(edge.server->http_exchange_count() == 0);
    }

    TEST_CASE(
        "a reader that stops makes the queue stand still, and when_room tells when it goes on") {
        Edge edge;
        TcpClient client(edge.loop, edge.port);
        client.send(post("/api/one", "x"));
        REQUIRE(edge.turn([&] { return !edge.endpoint.exchanges.empty(); }));
        auto& exchange = *edge.endpoint.exchanges[0];
        client.pause();
        exchange.begin_stream(
            {.status = 200, .content_type = "text/event-stream", .body = {}, .headers = {}});
        const std::string piece(1'000'000, 'p');
        for (int i = 0; i < 20; ++i)
            exchange.send(piece);
        bool has_room = false;
        exchange.when_room([&] { has_room = true; });
        for (int i = 0; i < 50; ++i)
            edge.loop.turn(false);
        CHECK(exchange.waiting() > 0);
        CHECK_FALSE(has_room);
        client.resume();
        REQUIRE(edge.turn([&] { return has_room; }));
        CHECK(exchange.waiting() == 0);
        exchange.end();
        REQUIRE(client.wait_for([&] { return client.received.ends_with("\r\n0\r\n\r\n"); }));
        CHECK(times(client.received, "ppppppppppp") > 0);
    }

    TEST_CASE("a reader that takes nothing for too long is cut off, and another is served") {
        Edge edge({.take_within = std::chrono::seconds(1)});
        TcpClient lazy(edge.loop, edge.port);
        lazy.send(post("/api/one", "x"));
        REQUIRE(edge.turn([&] { return !edge.endpoint.exchanges.empty(); }));
        lazy.pause();
        auto& exchange = *edge.endpoint.exchanges[0];
        exchange.begin_stream(
            {.status = 200, .content_type = "text/event-stream", .body = {}, .headers = {}});
        exchange.send(std::string(20'000'000, 'p')); // more than the kernel keeps for a reader
        CHECK(http(edge.loop, edge.port, test::get("/healthz")).status == 200);
        CHECK(edge.endpoint.gone == 0);
        REQUIRE(edge.turn([&] { return edge.endpoint.gone == 1; }));
        CHECK_FALSE(exchange.is_open());
        CHECK(edge.server->http_exchange_count() == 0);
    }

    TEST_CASE("a client that waits for a word before its body gets it") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) { exchange.answer(says("done")); };
        TcpClient client(edge.loop, edge.port);
        client.send("POST /api/one HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n"
                    "Content-Length: 4\r\n\r\n");
        REQUIRE(client.wait_for(
            [&] { return client.received.contains("HTTP/1.1 100 Continue\r\n\r\n"); }));
        client.send("body");
        REQUIRE(client.wait_for([&] { return client.received.ends_with("done"); }));
        CHECK(edge.endpoint.bodies[0] == "body");
    }

    TEST_CASE("a body in chunks is put together, judged as it grows, and ends the connection") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) { exchange.answer(says("done")); };
        TcpClient client(edge.loop, edge.port);
        client.send("POST /api/one HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
                    "\r\n5\r\nhello\r\n");
        REQUIRE(edge.turn([&] { return edge.endpoint.heads.size() == 2; }));
        CHECK(edge.endpoint.heads[0].content_length == 0);
        CHECK(edge.endpoint.heads[1].content_length == 5);
        client.send("6\r\n there\r\n0\r\n\r\n");
        REQUIRE(client.wait_for([&] { return client.ended; }));
        CHECK(client.received.ends_with("done"));
        CHECK(client.received.contains("Connection: close"));
        CHECK(edge.endpoint.bodies == std::vector<std::string>{"hello there"});
        CHECK(edge.endpoint.gone == 0);
    }

    TEST_CASE("chunks that are none, or one too many, end the connection") {
        for (const std::string_view chunks : {"zz\r\n", "0\r\n\r\nmore", "5\r\nhelloX\r\n"}) {
            Edge edge;
            TcpClient client(edge.loop, edge.port);
            client.send("POST /api/one HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: "
                        "chunked\r\n\r\n" +
                        std::string(chunks));
            REQUIRE(client.wait_for([&] { return client.ended; }));
            CHECK(edge.endpoint.bodies.empty());
        }
    }

    TEST_CASE("a POST without any body is one with an empty body") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) { exchange.answer(says("done")); };
        for (const std::string_view headers : {"", "Content-Length: 0\r\n"}) {
            const auto response =
                http(edge.loop, edge.port, test::get("/api/one", headers, "POST"));
            CHECK_MESSAGE(response.status == 200, headers);
            CHECK(edge.endpoint.bodies.back().empty());
        }
    }

    TEST_CASE("lengths that contradict themselves are refused") {
        Edge edge;
        for (const std::string_view headers :
             {"Content-Length: abc\r\n", "Content-Length: -1\r\n",
              "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"}) {
            const auto response =
                http(edge.loop, edge.port, test::get("/api/one", headers, "POST"));
            CHECK_MESSAGE(response.status == 400, headers);
        }
        CHECK(edge.endpoint.exchanges.empty());
    }

    TEST_CASE("a HEAD of an answer is its head") {
        Edge edge;
        edge.endpoint.on_request = [](HttpExchange& exchange) { exchange.answer(says("four")); };
        const auto response = http(edge.loop, edge.port, test::get("/api/one", {}, "HEAD"), false);
        CHECK(response.header("Content-Length") == "4");
        CHECK(response.body.empty());
    }

    TEST_CASE("what is in hand is counted for whoever judges the next") {
        Edge edge;
        TcpClient first(edge.loop, edge.port);
        first.send(post("/api/one", "12345"));
        REQUIRE(edge.turn([&] { return edge.endpoint.exchanges.size() == 1; }));
        TcpClient second(edge.loop, edge.port);
        second.send(post("/api/one", "1"));
        REQUIRE(edge.turn([&] { return edge.endpoint.exchanges.size() == 2; }));
        CHECK(edge.endpoint.loads[1].exchanges == 1);
        CHECK(edge.endpoint.loads[1].body_bytes == 5);
        CHECK(edge.server->http_exchange_count() == 2);
    }

    TEST_CASE("a server that ends does not say that its peers have left") {
        Edge edge;
        TcpClient client(edge.loop, edge.port);
        client.send(post("/api/one", "x"));
        REQUIRE(edge.turn([&] { return !edge.endpoint.exchanges.empty(); }));
        edge.server.reset();
        CHECK(edge.endpoint.gone == 0);
        CHECK_FALSE(edge.endpoint.exchanges[0]->is_open());
    }
}
