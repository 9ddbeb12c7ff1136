#include "common/loop/timer.h"
#include "common/net/https_client.h"
#include "tests/unit/common/net/http_server.h"
#include "tests/unit/workers/egress/in_process.h"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>

using namespace openclaw;
using namespace openclaw::net;
using namespace std::chrono_literals;

namespace {

// A client and a server on one loop, and a guard against a test that never ends.
struct Bench {
    Loop loop;
    test::HttpServer server;
    egress::test::InProcess egress{loop};
    HttpClient client;
    std::unique_ptr<HttpCall> call;

    explicit Bench(test::HttpServer::OnRequest on_request, HttpOptions options = {})
        : server(loop, std::move(on_request))
        , client(loop, egress, std::move(options)) {}

    HttpRequest get(std::string_view path = "/") const {
        HttpRequest request;
        request.url = Secret(server.url(path));
        return request;
    }

    HttpRequest post(std::string body, std::string_view path = "/") const {
        auto request = get(path);
        request.method = "POST";
        request.body = std::move(body);
        return request;
    }

    void turn_until(const std::function<bool()>& reached) {
        Timer guard(loop);
        bool late = false;
        guard.start(30s, [&] { late = true; });
        while (!reached() && !late) {
            loop.turn(
                false); // deferred work first: a waiting turn runs it and then waits all the same
            if (!reached()) loop.turn(true);
        }
        REQUIRE_FALSE(late);
    }

    HttpOutcome run(HttpRequest request) {
        std::optional<HttpOutcome> outcome;
        HttpHandlers handlers;
        handlers.done = [&](HttpOutcome result) { outcome = std::move(result); };
        call = client.start(std::move(request), std::move(handlers));
        CHECK_FALSE(outcome.has_value()); // never from inside start()
        turn_until([&] { return outcome.has_value(); });
        return std::move(*outcome);
    }
};

void say_ok(test::ServedPeer& peer, const test::ServedRequest&) {
    peer.answer(200, "ok");
}

} // namespace

TEST_SUITE("common/net") {
    TEST_CASE("a request carries its method, headers and body, and brings status, headers and body "
              "back") {
        test::ServedRequest seen;
        Bench bench([&](test::ServedPeer& peer, const test::ServedRequest& request) {
            seen = request;
            peer.answer(201, "made", "X-Kind:  Fine \r\n");
        });
        auto request = bench.post("{\"a\":1}", "/v1/things?x=1");
        request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
        const auto outcome = bench.run(std::move(request));
        REQUIRE(outcome);
        CHECK(outcome->status == 201);
        CHECK(outcome->body == "made");
        CHECK(outcome->header("x-kind") == "Fine");
        CHECK(seen.method == "POST");
        CHECK(seen.path == "/v1/things?x=1");
        CHECK(seen.body == "{\"a\":1}");
        CHECK(seen.headers.at("content-type") == "application/json");
        CHECK(seen.headers.count("x-empty") == 1);
        CHECK(seen.headers.count("expect") == 0);
        CHECK(seen.headers.at("user-agent").starts_with("openclaw-gateway/"));
        CHECK(bench.client.in_flight() == 0);
    }

    TEST_CASE("each method is written as asked, after any other on the same connection") {
        std::vector<std::string> seen;
        Bench bench([&](test::ServedPeer& peer, const test::ServedRequest& request) {
            seen.push_back(request.method + " " + request.body);
            if (request.method == "HEAD")
                peer.send("HTTP/1.1 200 Test\r\nContent-Length: 99\r\n\r\n");
            else
                peer.answer(200, "ok");
        });
        for (const char* method :
             {"POST", "GET", "HEAD", "PUT", "DELETE", "GET", "PATCH", "POST"}) {
            auto request = bench.get();
            request.method = method;
            if (std::string(method) == "PUT") request.body = "put";
            CHECK(bench.run(std::move(request)));
        }
        CHECK(seen == std::vector<std::string>{"POST ", "GET ", "HEAD ", "PUT put", "DELETE ",
                                               "GET ", "PATCH ", "POST "});
        CHECK(bench.server.peers().size() == 1);
    }

    TEST_CASE("a body of some megabytes arrives whole in both directions") {
        const std::string large(3'000'000, 'x');
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest& request) {
            peer.answer(200, request.body);
        });
        const auto outcome = bench.run(bench.post(large));
        REQUIRE(outcome);
        CHECK(outcome->body == large);
    }

    TEST_CASE("an error status is an answer, not a failure, and redirects are not followed") {
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest& request) {
            if (request.path == "/moved")
                peer.answer(302, "", "Location: /\r\n");
            else
                peer.answer(503, "later", "Retry-After: 7\r\n");
        });
        const auto outcome = bench.run(bench.get());
        REQUIRE(outcome);
        CHECK(outcome->status == 503);
        CHECK(outcome->body == "later");
        CHECK(outcome->retry_after(0) == 7s);
        CHECK(bench.run(bench.get("/moved"))->status == 302);
    }

    TEST_CASE("a thousand requests after each other use one connection") {
        Bench bench(say_ok);
        for (int i = 0; i < 1000; ++i)
            REQUIRE(bench.run(bench.post("n")));
        CHECK(bench.server.peers().size() == 1);
        CHECK(bench.server.requests() == 1000);
    }

    TEST_CASE("more requests than connections are all answered") {
        HttpOptions options;
        options.max_connections_per_host = 4;
        Bench bench(say_ok, options);
        int done = 0;
        std::vector<std::unique_ptr<HttpCall>> calls;
        for (int i = 0; i < 50; ++i) {
            HttpHandlers handlers;
            handlers.done = [&](HttpOutcome outcome) { done += outcome ? 1 : 0; };
            calls.push_back(bench.client.start(bench.get(), std::move(handlers)));
        }
        CHECK(bench.client.in_flight() == 50);
        bench.turn_until([&] { return done == 50; });
        CHECK(bench.server.peers().size() <= 4);
    }

    TEST_CASE("calls above the limit are refused as busy, later, and nothing is sent for them") {
        HttpOptions options;
        options.max_calls = 1;
        Bench bench([](test::ServedPeer&, const test::ServedRequest&) {}, options);
        const auto first = bench.client.start(
            bench.get(), {.on_headers = {}, .on_data = {}, .done = [](HttpOutcome) {}});
        const auto outcome = bench.run(bench.get());
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::busy);
        CHECK_FALSE(outcome.error().request_sent);
    }

    TEST_CASE("a streamed answer comes in pieces after its headers, and an error answer is "
              "collected all the same") {
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest& request) {
            peer.begin_chunked(request.path == "/bad" ? 400 : 200, "text/event-stream");
            peer.chunk("one ");
            peer.chunk("two");
            peer.end_chunked();
        });
        std::string events;
        std::optional<HttpOutcome> outcome;
        const auto stream = [&](std::string_view path) {
            events.clear();
            outcome.reset();
            auto request = bench.get(path);
            request.stream = true;
            HttpHandlers handlers;
            handlers.on_headers = [&](const HttpResponse& head) {
                events += std::to_string(head.status) + ":";
            };
            handlers.on_data = [&](std::string_view bytes) { events += bytes; };
            handlers.done = [&](HttpOutcome result) { outcome = std::move(result); };
            bench.call = bench.client.start(std::move(request), std::move(handlers));
            bench.turn_until([&] { return outcome.has_value(); });
        };
        stream("/good");
        CHECK(events == "200:one two");
        CHECK((*outcome)->body.empty());
        stream("/bad");
        CHECK(events == "400:");
        CHECK((*outcome)->body == "one two");
    }

    TEST_CASE("an interim answer is not the answer") {
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest&) {
            peer.send("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n");
            peer.answer(200, "final", "X-Real: yes\r\n");
        });
        int headers = 0;
        std::optional<HttpOutcome> outcome;
        HttpHandlers handlers;
        handlers.on_headers = [&](const HttpResponse& head) { headers += head.status; };
        handlers.done = [&](HttpOutcome result) { outcome = std::move(result); };
        bench.call = bench.client.start(bench.get(), std::move(handlers));
        bench.turn_until([&] { return outcome.has_value(); });
        CHECK(headers == 200);
        CHECK((*outcome)->header("link").empty());
        CHECK((*outcome)->header("x-real") == "yes");
    }

    TEST_CASE("an answer above the cap is refused, whether its length is announced or not") {
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest& request) {
            if (request.path == "/announced") return peer.answer(200, std::string(2000, 'x'));
            peer.begin_chunked(200, "text/plain");
            for (int i = 0; i < 20; ++i)
                peer.chunk(std::string(100, 'x'));
            peer.end_chunked();
        });
        for (const char* path : {"/announced", "/chunked"}) {
            auto request = bench.get(path);
            request.max_response_bytes = 1000;
            const auto outcome = bench.run(std::move(request));
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().error.code == Code::invalid);
            CHECK(outcome.error().error.sentence.find("more than 1000 bytes") != std::string::npos);
        }
    }

    TEST_CASE("a header with a line break is refused before anything is sent") {
        Bench bench(say_ok);
        auto request = bench.get();
        request.headers = {{"X-Bad", "a\r\nX-Smuggled: yes"}};
        const auto outcome = bench.run(std::move(request));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::invalid);
        CHECK(bench.server.requests() == 0);
    }
}

// What can have happened to a request that failed: the difference between "send again" and "sent
// twice".
TEST_SUITE("common/net") {
    TEST_CASE("refused connections, unknown names and malformed URLs were not sent") {
        Bench bench(say_ok);
        HttpRequest request;
        for (const auto& [url, code] : std::vector<std::pair<std::string, Code>>{
                 {"http://127.0.0.1:" + std::to_string(test::unused_port()) + "/",
                  Code::unavailable},
                 {"http://no..such..name/", Code::unavailable},
                 {"ftp://127.0.0.1/", Code::invalid},
                 {"no url", Code::invalid}}) {
            request.url = Secret(url);
            CAPTURE(url);
            const auto outcome = bench.run(request);
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().error.code == code);
            CHECK_FALSE(outcome.error().request_sent);
        }
    }

    TEST_CASE("a server that does not speak TLS never saw the request") {
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest&) { peer.close(); });
        bench.server.on_connection(
            [](test::ServedPeer& peer) { peer.answer(400, "this is plain HTTP"); });
        auto request = bench.post("x");
        request.url = Secret("https://127.0.0.1:" + std::to_string(bench.server.port()) + "/");
        const auto outcome = bench.run(std::move(request));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::unavailable);
        CHECK_FALSE(outcome.error().request_sent);
    }

    TEST_CASE("a proxy that refuses the tunnel, or hangs, never saw the request") {
        for (const std::string how : {"refuses", "hangs", "closes"}) {
            CAPTURE(how);
            std::string asked;
            Loop loop;
            test::HttpServer proxy(loop,
                                   [&](test::ServedPeer& peer, const test::ServedRequest& request) {
                                       asked = request.method + " " + request.path;
                                       if (how == "refuses") peer.answer(502, "no way");
                                       if (how == "closes") peer.close();
                                   });
            egress::test::InProcess egress(loop);
            egress.proxy.emplace();
            egress.proxy->set_kind(wire::DialProxy::HTTP_CONNECT);
            egress.proxy->set_host("127.0.0.1");
            egress.proxy->set_port(static_cast<std::uint32_t>(proxy.port()));
            HttpClient client(loop, egress);
            HttpRequest request;
            request.url = Secret("https://api.example.org/bot1:secret");
            request.connect_timeout = 60ms;
            std::optional<HttpOutcome> outcome;
            HttpHandlers handlers;
            handlers.done = [&](HttpOutcome result) { outcome = std::move(result); };
            const auto call = client.start(std::move(request), std::move(handlers));
            while (!outcome)
                loop.turn();
            CHECK(asked == "CONNECT api.example.org:443");
            REQUIRE_FALSE(*outcome);
            CHECK_FALSE(outcome->error().request_sent);
            CHECK(outcome->error().error.sentence.find("api.example.org") != std::string::npos);
            CHECK(outcome->error().error.sentence.find("secret") == std::string::npos);
        }
    }

    TEST_CASE("a connection that breaks after the request may have been served") {
        for (const std::string how :
             {"closed", "reset", "half a header", "truncated", "truncated chunk"}) {
            CAPTURE(how);
            Bench bench([&](test::ServedPeer& peer, const test::ServedRequest&) {
                if (how == "half a header") peer.send("HTTP/1.1 200 O");
                if (how == "truncated")
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
                if (how == "truncated chunk")
                    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
                if (how == "reset")
                    peer.reset();
                else
                    peer.close();
            });
            const auto outcome = bench.run(bench.post("x"));
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().error.code == Code::unavailable);
            CHECK(outcome.error().error.retryable);
            CHECK(outcome.error().request_sent);
        }
    }

    TEST_CASE(
        "a kept connection that dies under a request is repeated only when that was allowed") {
        // The server cuts the second request of each connection after it has read it.
        std::map<test::ServedPeer*, int> served;
        Bench bench([&](test::ServedPeer& peer, const test::ServedRequest&) {
            if (++served[&peer] == 2)
                peer.close();
            else
                peer.answer(200, "ok");
        });
        CHECK(bench.run(bench.post("first")));
        const auto cut = bench.run(bench.post("second"));
        REQUIRE_FALSE(cut);
        CHECK(cut.error().request_sent);
        CHECK(bench.server.requests() == 2);

        CHECK(bench.run(bench.post("third")));
        auto repeatable = bench.get();
        repeatable.may_repeat = true;
        CHECK(bench.run(std::move(repeatable)));
        CHECK(bench.server.requests() == 5); // the cut one and its repeat
    }

    TEST_CASE("a kept connection that the server closed while it rested is not used") {
        Bench bench(say_ok);
        CHECK(bench.run(bench.post("first")));
        bench.server.peers().front()->close();
        for (int i = 0; i < 5; ++i)
            bench.loop.turn(false);
        const auto outcome = bench.run(bench.post("second"));
        CHECK(outcome);
        CHECK(bench.server.peers().size() == 2);
    }

    TEST_CASE("failures name the host and never the path, where a token may stand") {
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest&) { peer.close(); });
        const std::string path = "/bot123456:secret-token-of-a-bot-AAAAAAAAAAAA/sendMessage";
        const auto outcome = bench.run(bench.get(path));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.sentence.starts_with("127.0.0.1:" +
                                                         std::to_string(bench.server.port())));
        CHECK(outcome.error().error.sentence.find("secret") == std::string::npos);
        HttpRequest malformed;
        malformed.url = Secret("http://127.0.0.1:99999" + path);
        CHECK(bench.run(std::move(malformed)).error().error.sentence.find("secret") ==
              std::string::npos);
    }
}

TEST_SUITE("common/net") {
    TEST_CASE(
        "a server that never answers is a timeout of the first byte, and the request was sent") {
        Bench bench([](test::ServedPeer&, const test::ServedRequest&) {});
        auto request = bench.get();
        request.first_byte_timeout = 30ms;
        const auto outcome = bench.run(std::move(request));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::timeout);
        CHECK(outcome.error().error.sentence.find("did not begin to answer within 30 ms") !=
              std::string::npos);
        CHECK(outcome.error().request_sent);
    }

    TEST_CASE("a body that stops is a timeout; one that merely is slow is not") {
        Loop* loop = nullptr;
        std::unique_ptr<Timer> drip;
        int left = 6;
        Bench bench([&](test::ServedPeer& peer, const test::ServedRequest& request) {
            peer.begin_chunked(200, "text/plain");
            peer.chunk("x");
            if (request.path == "/stalled") return;
            drip = std::make_unique<Timer>(*loop);
            drip->repeat(20ms, [&] {
                if (--left > 0) return peer.chunk("x");
                peer.end_chunked();
                drip->stop();
            });
        });
        loop = &bench.loop;
        auto slow = bench.get("/slow"); // 120 ms in all, never quiet for 60
        slow.idle_timeout = 60ms;
        CHECK(bench.run(slow)->body == "xxxxxx");
        auto stalled = bench.get("/stalled");
        stalled.idle_timeout = 60ms;
        const auto outcome = bench.run(stalled);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::timeout);
        CHECK(outcome.error().error.sentence.find("stopped in the middle") != std::string::npos);
        drip.reset(); // before its loop
    }

    TEST_CASE("the total deadline ends an answer that keeps coming") {
        Loop* loop = nullptr;
        std::unique_ptr<Timer> drip;
        Bench bench([&](test::ServedPeer& peer, const test::ServedRequest&) {
            peer.begin_chunked(200, "text/plain");
            drip = std::make_unique<Timer>(*loop);
            drip->repeat(5ms, [&] { peer.chunk("x"); });
        });
        loop = &bench.loop;
        auto request = bench.get();
        request.total_timeout = 50ms;
        const auto outcome = bench.run(std::move(request));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::timeout);
        CHECK(outcome.error().error.sentence.find("did not finish its answer within 50 ms") !=
              std::string::npos);
        CHECK(outcome.error().request_sent);
        drip.reset();
    }

    TEST_CASE("a TLS handshake that hangs is a timeout of the connection, and nothing was sent") {
        Bench bench([](test::ServedPeer&, const test::ServedRequest&) {});
        auto request = bench.get();
        request.url = Secret("https://127.0.0.1:" + std::to_string(bench.server.port()) + "/");
        request.connect_timeout = 40ms;
        const auto outcome = bench.run(std::move(request));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::timeout);
        CHECK(outcome.error().error.sentence.find("no connection to") == 0);
        CHECK_FALSE(outcome.error().request_sent);
    }
}

TEST_SUITE("common/net") {
    TEST_CASE("a destroyed call says nothing more and its connection is closed") {
        Bench bench([](test::ServedPeer&, const test::ServedRequest&) {});
        bool called = false;
        auto call = bench.client.start(
            bench.get(),
            {.on_headers = {}, .on_data = {}, .done = [&](HttpOutcome) { called = true; }});
        bench.turn_until([&] { return bench.server.requests() == 1; });
        call.reset();
        CHECK(bench.client.in_flight() == 0);
        bench.turn_until([&] { return bench.server.peers().front()->has_left(); });
        CHECK_FALSE(called);
    }

    TEST_CASE("a call destroyed before its first turn never reaches the server, a refused one "
              "stays silent") {
        HttpOptions options;
        options.max_calls = 1;
        Bench bench(say_ok, options);
        bool called = false;
        const auto count = [&](HttpOutcome) { called = true; };
        auto call =
            bench.client.start(bench.get(), {.on_headers = {}, .on_data = {}, .done = count});
        auto refused =
            bench.client.start(bench.get(), {.on_headers = {}, .on_data = {}, .done = count});
        call.reset();
        refused.reset();
        CHECK(bench.run(bench.get()));
        CHECK(bench.server.requests() == 1);
        CHECK_FALSE(called);
    }

    TEST_CASE("calls may be destroyed and started inside every callback") {
        Bench bench([](test::ServedPeer& peer, const test::ServedRequest&) {
            peer.begin_chunked(200, "text/plain");
            peer.chunk("data");
            peer.end_chunked();
        });
        std::unique_ptr<HttpCall> first;
        std::unique_ptr<HttpCall> second;
        std::unique_ptr<HttpCall> victim;
        std::string log;
        const auto stream = [&](HttpHandlers handlers) {
            auto request = bench.get();
            request.stream = true;
            if (!handlers.on_data) handlers.on_data = [](std::string_view) {};
            return bench.client.start(std::move(request), std::move(handlers));
        };
        victim = stream(
            {.on_headers = {}, .on_data = {}, .done = [&](HttpOutcome) { log += "victim "; }});
        SUBCASE("in on_headers") {
            first =
                stream({.on_headers =
                            [&](const HttpResponse&) {
                                log += "headers ";
                                victim.reset();
                                second = stream(
                                    {.on_headers = {}, .on_data = {}, .done = [&](HttpOutcome r) {
                                         log += r ? "second" : "failed";
                                     }});
                                first.reset();
                            },
                        .on_data = {},
                        .done = [&](HttpOutcome) { log += "first "; }});
        }
        SUBCASE("in on_data") {
            first =
                stream({.on_headers = {},
                        .on_data =
                            [&](std::string_view) {
                                log += "headers ";
                                victim.reset();
                                second = stream(
                                    {.on_headers = {}, .on_data = {}, .done = [&](HttpOutcome r) {
                                         log += r ? "second" : "failed";
                                     }});
                                first.reset();
                            },
                        .done = [&](HttpOutcome) { log += "first "; }});
        }
        SUBCASE("in done") {
            victim.reset();
            first = stream({.on_headers = {}, .on_data = {}, .done = [&](HttpOutcome) {
                                log += "headers ";
                                second = stream(
                                    {.on_headers = {}, .on_data = {}, .done = [&](HttpOutcome r) {
                                         log += r ? "second" : "failed";
                                     }});
                                first.reset();
                            }});
        }
        bench.turn_until([&] { return log.ends_with("second") || log.ends_with("failed"); });
        // The victim was started first: it may have finished before it could be destroyed.
        if (log.starts_with("victim ")) log.erase(0, 7);
        CHECK(log == "headers second");
    }

    TEST_CASE("the client may be destroyed inside a callback") {
        for (const std::string where : {"on_headers", "on_data", "done"}) {
            CAPTURE(where);
            Loop loop;
            egress::test::InProcess egress(loop);
            test::HttpServer server(loop, say_ok);
            auto client = std::make_unique<HttpClient>(loop, egress);
            bool destroyed = false;
            bool done = false;
            const auto destroy = [&](const std::string& here) {
                if (here != where) return;
                client.reset();
                destroyed = true;
            };
            HttpRequest request;
            request.url = Secret(server.url());
            request.stream = true;
            const auto call =
                client->start(std::move(request),
                              {.on_headers = [&](const HttpResponse&) { destroy("on_headers"); },
                               .on_data = [&](std::string_view) { destroy("on_data"); },
                               .done =
                                   [&](HttpOutcome) {
                                       done = true;
                                       destroy("done");
                                   }});
            while (!destroyed)
                loop.turn();
            for (int i = 0; i < 5; ++i)
                loop.turn(false);
            CHECK(done == (where == "done"));
        }
    }

    TEST_CASE("connections are closed when nothing was asked for as long as they are kept") {
        HttpOptions options;
        options.connection_rest = 20ms;
        Bench bench(say_ok, options);
        CHECK(bench.run(bench.get()));
        CHECK_FALSE(bench.server.peers().front()->has_left());
        bench.turn_until([&] { return bench.server.peers().front()->has_left(); });
        CHECK(bench.run(bench.get()));
        CHECK(bench.server.peers().size() == 2);
    }

    TEST_CASE("after reset_connections requests use a fresh connection and running ones go on") {
        test::ServedPeer* waiting = nullptr;
        Bench bench([&](test::ServedPeer& peer, const test::ServedRequest& request) {
            if (request.path == "/wait")
                waiting = &peer;
            else
                peer.answer(200, "ok");
        });
        CHECK(bench.run(bench.get()));
        bool answered = false;
        const auto call = bench.client.start(
            bench.get("/wait"), {.on_headers = {}, .on_data = {}, .done = [&](HttpOutcome outcome) {
                                     answered = outcome.has_value();
                                 }});
        bench.turn_until([&] { return waiting != nullptr; });
        bench.client.reset_connections(AddressFamily::ipv4);
        CHECK(bench.run(bench.get()));
        CHECK(bench.server.peers().size() == 2);
        waiting->answer(200, "at last");
        bench.turn_until([&] { return answered; });
    }
}
