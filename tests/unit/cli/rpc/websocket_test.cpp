#include "cli/rpc/transport.h"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

constexpr Milliseconds ample{5000};

Instant in(Milliseconds from_now) {
    return std::chrono::steady_clock::now() + from_now;
}

// The gateway's end. It must read the key before it can answer the handshake, so it is played by a
// thread.
struct Peer {
    int socket = -1;

    std::string read_until(std::string_view end) const {
        std::string text;
        char c = 0;
        while (!text.ends_with(end) && read(socket, &c, 1) == 1)
            text += c;
        return text;
    }

    std::string read_bytes(std::size_t count) const {
        std::string text(count, '\0');
        REQUIRE(recv(socket, text.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count));
        return text;
    }

    void say(std::string_view bytes) const { (void)!write(socket, bytes.data(), bytes.size()); }

    std::string take_request() const {
        const auto head = read_until("\r\n\r\n");
        const auto key = head.find("Sec-WebSocket-Key: ") + 19;
        return head.substr(key, 24);
    }
};

Result<std::unique_ptr<WebSocketTransport>> open_with(const std::function<void(Peer&)>& peer_script,
                                                      UniqueFd& peer_end) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    peer_end.reset(ends[1]);
    Peer peer{.socket = ends[1]};
    std::jthread gateway([&] { peer_script(peer); });
    return WebSocketTransport::open(Stream(UniqueFd(ends[0])), "127.0.0.1:18789", "/", in(ample));
}

void answer_handshake(Peer& peer) {
    const auto key = peer.take_request();
    peer.say("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nSec-Websocket-Accept: " +
             websocket_accept(key) + "\r\n\r\n");
}

} // namespace

TEST_SUITE("cli/rpc") {
    TEST_CASE("the proof of a handshake is the one in RFC 6455") {
        CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
    TEST_CASE("after the handshake masked text goes out, and text, fragments and pings come in") {
        UniqueFd theirs;
        auto transport = open_with(answer_handshake, theirs).value();
        Peer peer{.socket = theirs.get()};
        REQUIRE(transport->send("Hello", in(ample)));
        const auto frame = peer.read_bytes(11);
        CHECK(frame.substr(0, 2) == "\x81\x85");
        std::string text = frame.substr(6);
        for (std::size_t i = 0; i < text.size(); ++i)
            text[i] = static_cast<char>(text[i] ^ frame[2 + i % 4]);
        CHECK(text == "Hello");

        peer.say(std::string("\x01\x03Hel", 5) + std::string("\x89\x01!", 3) +
                 std::string("\x80\x02lo", 4));
        CHECK(transport->receive(in(ample)).value() == "Hello");
        CHECK(peer.read_bytes(7).substr(0, 2) == "\x8A\x81"); // the pong

        peer.say(std::string("\x81\x7E\x01\x00", 4) + std::string(256, 'x'));
        CHECK(transport->receive(in(ample)).value() == std::string(256, 'x'));
    }
    TEST_CASE("a close says why") {
        UniqueFd theirs;
        auto transport = open_with(answer_handshake, theirs).value();
        Peer{.socket = theirs.get()}.say(std::string("\x88\x0C\x03\xF0", 4) + "mismatched");
        CHECK(transport->receive(in(ample)).error().sentence ==
              "the gateway closed the connection (1008 mismatched)");
    }
    TEST_CASE("masked, reserved and monstrous frames are refused") {
        for (const auto& bytes : {std::string("\x81\x85", 2), std::string("\xC1\x01x", 3),
                                  std::string("\x81\x7F\x00\x00\x01\x00\x00\x00\x00\x00", 10)}) {
            UniqueFd theirs;
            auto transport = open_with(answer_handshake, theirs).value();
            Peer{.socket = theirs.get()}.say(bytes);
            CHECK(transport->receive(in(ample)).error().code == Code::corrupt);
        }
    }
    TEST_CASE("a server that speaks something else is recognised") {
        UniqueFd theirs;
        const auto plain = open_with(
            [](Peer& peer) {
                peer.take_request();
                peer.say("HTTP/1.1 404 Not Found\r\n\r\n");
            },
            theirs);
        CHECK(plain.error().sentence == "no WebSocket is served there: HTTP/1.1 404 Not Found");
        const auto liar = open_with(
            [](Peer& peer) {
                peer.take_request();
                peer.say("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: guess\r\n\r\n");
            },
            theirs);
        CHECK(liar.error().code == Code::corrupt);
    }
}
