#include "common/loop/timer.h"
#include "common/net/ws_client.h"
#include "tests/unit/common/net/ws_server.h"

#include <filesystem>

using namespace openclaw;
using namespace openclaw::net;
using namespace std::chrono_literals;

namespace {

struct Heard : WsListener {
    void on_open() override { ++opened; }

    void on_message(std::string_view message, bool is_binary) override {
        messages.emplace_back(message);
        binary += is_binary ? 1 : 0;
        if (drop_in_message) socket.reset();
    }

    void on_closed(const WsEnd& why) override { ends.push_back(why); }

    std::unique_ptr<WsSocket> socket;
    int opened = 0, binary = 0;
    bool drop_in_message = false;
    std::vector<std::string> messages;
    std::vector<WsEnd> ends;
};

struct WsBench {
    explicit WsBench(WsOptions options = {}) {
        auto made = WsClient::create(loop);
        REQUIRE(made);
        client = std::move(*made);
        options.url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/gateway?v=10";
        connect(options);
    }

    void connect(const WsOptions& options) {
        auto socket = client->connect(options, heard);
        REQUIRE(socket);
        heard.socket = std::move(*socket);
    }

    template <class Condition>
    void until(const Condition& condition) {
        const auto give_up = loop.clock().now() + 5s;
        Timer tick(loop); // so that a turn that waits for nothing ends
        tick.repeat(20ms, [] {});
        while (!condition() && loop.clock().now() < give_up)
            loop.turn();
        REQUIRE(condition());
    }

    void open() {
        until([&] { return heard.opened == 1; });
    }

    Loop loop;
    test::WsServer server{loop};
    Heard heard; // before the client: a socket is let go before it
    std::unique_ptr<WsClient> client;

    ~WsBench() { heard.socket.reset(); }
};

} // namespace

TEST_SUITE("common/net") {
    TEST_CASE(
        "a WebSocket opens, says who it is, and carries texts both ways, masked on our side") {
        WsBench bench({.user_agent = "DiscordBot (x, 1)"});
        bench.open();
        CHECK(bench.server.request.starts_with("GET /gateway?v=10 HTTP/1.1\r\n"));
        CHECK(bench.server.request.contains("DiscordBot (x, 1)"));
        CHECK(bench.server.request.contains("Host: 127.0.0.1:" +
                                            std::to_string(bench.server.port())));
        CHECK(bench.heard.socket->send("{\"op\":1}"));
        CHECK(bench.heard.socket->send("{\"op\":2}"));
        bench.until([&] { return bench.server.frames.size() == 2; });
        CHECK(bench.server.frames[0].payload == "{\"op\":1}");
        CHECK(bench.server.frames[1].payload == "{\"op\":2}");
        CHECK(bench.server.frames[0].is_masked);
        bench.server.send_text("hello");
        bench.server.send_frame(0x82, std::string("\0x", 2));
        bench.until([&] { return bench.heard.messages.size() == 2; });
        CHECK(bench.heard.messages[0] == "hello");
        CHECK(bench.heard.binary == 1);
    }
    TEST_CASE("a message in fragments, and one larger than any buffer, arrive whole") {
        WsBench bench;
        bench.open();
        bench.server.send_frame(0x01, "one ");
        bench.server.send_frame(0x00, "two ");
        bench.server.send_frame(0x80, "three");
        const std::string large(3u << 20, 'x');
        bench.server.send_text(large);
        bench.until([&] { return bench.heard.messages.size() == 2; });
        CHECK(bench.heard.messages[0] == "one two three");
        CHECK(bench.heard.messages[1] == large);
    }
    TEST_CASE("a message beyond the bound ends the connection") {
        WsBench bench({.max_message = 1000});
        bench.open();
        bench.server.send_text(std::string(1001, 'x'));
        bench.until([&] { return !bench.heard.ends.empty(); });
        CHECK(bench.heard.ends[0].code == 1009);
        CHECK(bench.heard.messages.empty());
        bench.until([&] { return bench.server.is_left; });
    }
    TEST_CASE("the server's close code and reason are told once") {
        WsBench bench;
        bench.open();
        bench.server.send_close(4004, "Authentication failed.");
        bench.until([&] { return !bench.heard.ends.empty(); });
        bench.server.drop();
        bench.until([&] { return true; });
        REQUIRE(bench.heard.ends.size() == 1);
        CHECK(bench.heard.ends[0].code == 4004);
        CHECK(bench.heard.ends[0].reason == "Authentication failed.");
        CHECK(bench.heard.ends[0].was_open);
    }
    TEST_CASE("a connection that is cut ends without a code") {
        WsBench bench;
        bench.open();
        bench.server.drop();
        bench.until([&] { return !bench.heard.ends.empty(); });
        CHECK(bench.heard.ends[0].code == 0);
        CHECK(bench.heard.ends[0].was_open);
        CHECK_FALSE(bench.heard.socket->send("too late"));
    }
    TEST_CASE("our close carries its code, and nothing comes after it") {
        WsBench bench;
        bench.open();
        bench.heard.socket->close(4000);
        bench.until([&] { return bench.server.is_left; });
        REQUIRE(bench.server.frames.size() == 1);
        CHECK(bench.server.frames[0].opcode == 8);
        CHECK(bench.server.frames[0].payload == std::string("\x0F\xA0"));
        CHECK(bench.heard.ends.empty());
    }
    TEST_CASE("a socket that is let go is gone, also from inside its own callback") {
        WsBench bench;
        bench.open();
        bench.heard.drop_in_message = true;
        bench.server.send_text("a");
        bench.server.send_text("b");
        bench.until([&] { return bench.server.is_left; });
        CHECK(bench.heard.messages.size() == 1);
        CHECK(bench.heard.ends.empty());
    }
    TEST_CASE("pings of the server are answered") {
        WsBench bench;
        bench.open();
        bench.server.send_frame(0x89, "are you there");
        bench.until([&] { return !bench.server.frames.empty(); });
        CHECK(bench.server.frames[0].opcode == 10);
        CHECK(bench.server.frames[0].payload == "are you there");
    }
    TEST_CASE(
        "who does not answer the handshake is given up, and nobody listening is told at once") {
        Loop loop;
        test::WsServer server(loop);
        server.shakes_hands = false;
        auto client = WsClient::create(loop);
        REQUIRE(client);
        Heard heard;
        auto socket = (*client)->connect(
            {.url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/", .open_within = 60ms},
            heard);
        REQUIRE(socket);
        while (heard.ends.empty())
            loop.turn();
        CHECK_FALSE(heard.ends[0].was_open);
        CHECK(heard.opened == 0);

        Heard refused;
        auto nobody = (*client)->connect({.url = "ws://127.0.0.1:1/"}, refused);
        REQUIRE(nobody);
        CHECK(refused.ends.empty()); // never from inside
        while (refused.ends.empty())
            loop.turn();
        CHECK_FALSE(refused.ends[0].reason.empty());
    }
    TEST_CASE("a Unix socket stands in for the way to a host that keeps its name") {
        Loop loop;
        const auto folder =
            std::filesystem::temp_directory_path() / ("openclaw-ws-" + random_hex(8));
        std::filesystem::create_directory(folder);
        {
            test::WsServer server(loop, (folder / "s").string());
            auto client = WsClient::create(loop);
            REQUIRE(client);
            Heard heard;
            auto socket = (*client)->connect(
                {.url = "ws://gateway.discord.gg/?v=10", .via = "+" + (folder / "s").string()},
                heard);
            REQUIRE(socket);
            heard.socket = std::move(*socket);
            while (heard.opened == 0)
                loop.turn();
            CHECK(server.request.contains("Host: gateway.discord.gg\r\n"));
            heard.socket.reset();
        }
        std::filesystem::remove_all(folder);
    }
    TEST_CASE("a name without a way there is refused: nothing is looked up on the loop") {
        Loop loop;
        auto client = WsClient::create(loop);
        REQUIRE(client);
        Heard heard;
        CHECK_FALSE((*client)->connect({.url = "wss://gateway.discord.gg/"}, heard));
        CHECK_FALSE((*client)->connect({.url = "https://127.0.0.1/"}, heard));
    }
    TEST_CASE("addresses are taken apart") {
        const auto plain = WsAddress::parse("wss://gateway.discord.gg/?v=10&encoding=json");
        REQUIRE(plain);
        CHECK(plain->is_secure);
        CHECK(plain->host == "gateway.discord.gg");
        CHECK(plain->port == 443);
        CHECK(plain->path == "/?v=10&encoding=json");
        const auto v6 = WsAddress::parse("ws://[::1]:8083");
        REQUIRE(v6);
        CHECK(v6->host == "::1");
        CHECK(v6->port == 8083);
        CHECK(v6->path == "/");
        CHECK(v6->is_numeric());
        CHECK(WsAddress::parse("ws://host?x=1")->path == "/?x=1");
        for (const auto* wrong :
             {"", "http://x", "ws://", "ws://:80", "ws://h:0", "ws://h:70000", "ws://u:p@h/"})
            CHECK_FALSE(WsAddress::parse(wrong));
    }
}
