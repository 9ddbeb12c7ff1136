#include "cli/rpc/rpc_client.h"
#include "cli/rpc/transport.h"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

constexpr Milliseconds soon{30};    // for waits that must time out
constexpr Milliseconds ample{5000}; // for waits that must not

// Our end of a real socketpair, and the gateway's end in the hands of the test.
struct Line {
    UniqueFd ours, theirs;

    Line() {
        int ends[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
        ours.reset(ends[0]);
        theirs.reset(ends[1]);
    }

    void say(std::string_view bytes) const {
        REQUIRE(write(theirs.get(), bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
    }

    std::string heard() const {
        std::string text(4096, '\0');
        text.resize(static_cast<std::size_t>(
            std::max<ssize_t>(0, recv(theirs.get(), text.data(), text.size(), MSG_DONTWAIT))));
        return text;
    }

    RpcClient client() {
        return RpcClient(std::make_unique<LineTransport>(Stream(std::move(ours))));
    }
};

std::string ok(const std::string& id, std::string_view payload) {
    return R"({"type":"res","id":")" + id + R"(","ok":true,"payload":)" + std::string(payload) +
           "}\n";
}

Instant in(Milliseconds from_now) {
    return std::chrono::steady_clock::now() + from_now;
}

} // namespace

TEST_SUITE("cli/rpc") {
    TEST_CASE("a request is one line, and its answer comes back in pieces") {
        Line line;
        auto client = line.client();
        const auto id = client.send("health", R"({"probe":true})", ample).value();
        const auto request = line.heard();
        CHECK(request.ends_with("\n"));
        const auto frame = json::Document::parse(request).value();
        CHECK(frame.root()["type"].text() == "req");
        CHECK(frame.root()["method"].text() == "health");
        CHECK(frame.root()["id"].text() == id);
        CHECK(frame.root()["params"]["probe"].boolean());
        const auto answer = ok(id, R"({"ok":true})");
        line.say(answer.substr(0, 7));
        CHECK(client.wait(id, soon).error().code == "ETIMEDOUT");
        line.say(answer.substr(7));
        CHECK(client.wait(id, ample).value().payload()["ok"].boolean());
    }
    TEST_CASE("answers may come in any order, between events, and for nobody") {
        Line line;
        auto client = line.client();
        std::string events;
        client.on_event([&](std::string_view name, json::View payload) {
            events += std::string(name) + payload["n"].dump();
        });
        const auto first = client.send("a", "", ample).value(),
                   second = client.send("b", "", ample).value();
        line.say(R"({"type":"event","event":"tick","payload":{"n":1},"seq":1})"
                 "\n" +
                 ok("999:late", "{}") + ok(second, R"({"v":2})") + R"({"type":"novelty"})" + "\n" +
                 ok(first, R"({"v":1})"));
        CHECK(client.wait(first, ample).value().payload()["v"].integer() == 1);
        CHECK(client.wait(second, ample).value().payload()["v"].integer() == 2);
        CHECK(events == "tick1");
    }
    TEST_CASE("an accepted request has a second answer") {
        Line line;
        auto client = line.client();
        const auto id = client.send("agent", R"({"message":"hi"})", ample).value();
        line.say(ok(id, R"({"status":"accepted","sessionKey":"agent:main:main"})") +
                 ok(id, R"({"status":"ok"})"));
        const auto accepted = client.wait(id, ample);
        CHECK(accepted.value().is_accepted());
        CHECK(client.wait(id, ample).value().payload()["status"].text() == "ok");
    }
    TEST_CASE("a refusal keeps what the gateway said about it") {
        Line line;
        auto client = line.client();
        const auto id = client.send("nope", "", ample).value();
        line.say(
            R"({"type":"res","id":")" + id +
            R"(","ok":false,"error":{"code":"UNAVAILABLE","message":"draining","details":{"reason":"gateway-restarting"},"retryable":true,"retryAfterMs":1500}})"
            "\n");
        const auto error = client.wait(id, ample).error();
        CHECK(error.type == CallError::Type::request);
        CHECK(error.code == "UNAVAILABLE");
        CHECK(error.message == "draining");
        CHECK(error.retryable);
        CHECK(error.retry_after_ms == 1500);
        CHECK(error.details_json == R"({"reason":"gateway-restarting"})");
    }
    TEST_CASE("garbage is a broken connection, not an endless wait") {
        Line line;
        auto client = line.client();
        const auto id = client.send("health", "", ample).value();
        line.say("HTTP/1.1 400 Bad Request\r\n");
        CHECK(client.wait(id, ample).error().message.find("no protocol frame") !=
              std::string::npos);
    }
    TEST_CASE("a connection closed early says so at once") {
        Line line;
        auto client = line.client();
        const auto id = client.send("health", "", ample).value();
        line.say(R"({"type":"res","id")");
        line.theirs.reset();
        CHECK(client.wait(id, ample).error().message ==
              "the gateway closed the connection before it answered");
    }
    TEST_CASE("silence ends at the deadline, and the outcome is called unknown") {
        Line line;
        auto client = line.client();
        const auto id = client.send("send", "{}", ample).value();
        const auto error = client.wait(id, soon).error();
        CHECK(error.type == CallError::Type::transport);
        CHECK(error.code == "ETIMEDOUT");
        CHECK(error.message.find("outcome is unknown") != std::string::npos);
    }
    TEST_CASE("a line without an end is refused at its limit") {
        Line line;
        line.say(std::string(100, 'x'));
        Stream stream(std::move(line.ours));
        CHECK(stream.read_line(50, in(ample)).error().code == Code::corrupt);
    }
    TEST_CASE("writing to a peer that has gone is an error, not a signal") {
        Line line;
        auto client = line.client();
        line.theirs.reset();
        CHECK(client.send("health", "", ample).error().type == CallError::Type::transport);
    }
    TEST_CASE("a peer that reads nothing cannot hold a writer for ever") {
        Line line;
        Stream stream(std::move(line.ours));
        CHECK(stream.write(std::string(8u << 20, 'x'), in(soon)).error().code == Code::timeout);
    }
    TEST_CASE("a control socket nobody listens on fails at once") {
        CHECK(connect_unix("/nonexistent/supervisor.sock").error().system_errno == ENOENT);
        CHECK(connect_unix("/" + std::string(200, 'x')).error().code == Code::invalid);
    }
}
