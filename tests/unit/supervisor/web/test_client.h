// A client on the test's own loop: raw TCP, HTTP, and just enough WebSocket. Nothing here blocks or
// sleeps.
#pragma once

#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::test {

// Turns the loop until `done` holds; false when it did not within `limit`.
inline bool turn_until(Loop& loop, const std::function<bool()>& done,
                       Milliseconds limit = std::chrono::seconds(30)) {
    bool late = false;
    Timer deadline(loop);
    deadline.start(limit, [&] { late = true; });
    while (!done() && !late)
        loop.turn();
    return done();
}

class TcpClient {
  public:
    TcpClient(Loop& loop, std::uint16_t port, bool six = false)
        : loop_(loop)
        , fd_(::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        v6.sin6_addr = in6addr_loopback;
        connected = six ? ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&v6), sizeof v6) == 0
                        : ::connect(fd_.get(), reinterpret_cast<sockaddr*>(&v4), sizeof v4) == 0;
        const int flags = ::fcntl(fd_.get(), F_GETFL);
        ::fcntl(fd_.get(), F_SETFL, flags | O_NONBLOCK);
        watch_ = std::make_unique<FdWatch>(loop, fd_.get(), [this](Ready) { exchange(); });
        watch_->want(true, false);
    }

    void send(std::string_view bytes) {
        pending_ += bytes;
        exchange();
    }

    // Does not read until resumed: a slow reader.
    void pause() {
        paused_ = true;
        if (!ended) watch_->want(false, !pending_.empty());
    }

    void resume() {
        paused_ = false;
        exchange();
    }

    void close() {
        watch_.reset();
        fd_.reset();
        ended = true;
    }

    bool wait_for(const std::function<bool()>& done,
                  Milliseconds limit = std::chrono::seconds(30)) {
        return turn_until(loop_, done, limit);
    }

    Loop& loop() { return loop_; }

    int fd() const { return fd_.get(); }

    bool connected = false;
    std::string received;
    bool ended = false; // the peer has closed

  private:
    void exchange() {
        if (ended) return;
        while (!pending_.empty()) {
            const auto sent = ::send(fd_.get(), pending_.data(), pending_.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            pending_.erase(0, static_cast<std::size_t>(sent));
        }
        char buffer[65536];
        while (!paused_) {
            const auto got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
            if (got > 0) {
                received.append(buffer, static_cast<std::size_t>(got));
                continue;
            }
            if (got == 0 || errno != EAGAIN) ended = true;
            break;
        }
        if (ended)
            watch_->want(false, false);
        else
            watch_->want(!paused_, !pending_.empty());
    }

    Loop& loop_;
    UniqueFd fd_;
    std::unique_ptr<FdWatch> watch_;
    std::string pending_;
    bool paused_ = false;
};

struct HttpResponse {
    int status = 0;
    std::string head; // lower case is the caller's business
    std::string body;

    std::string header(std::string_view name) const {
        const auto at = head.find("\r\n" + std::string(name) + ": ");
        if (at == std::string::npos) return {};
        const auto from = at + 2 + name.size() + 2;
        return head.substr(from, head.find("\r\n", from) - from);
    }
};

inline HttpResponse http(Loop& loop, std::uint16_t port, const std::string& request,
                         bool expects_body = true) {
    TcpClient client(loop, port);
    client.send(request);
    HttpResponse response;
    client.wait_for([&] {
        const auto end = client.received.find("\r\n\r\n");
        if (end == std::string::npos) return client.ended;
        response.head = client.received.substr(0, end + 2);
        response.body = client.received.substr(end + 4);
        const auto length = response.header("Content-Length");
        return client.ended || !expects_body ||
               response.body.size() >= static_cast<std::size_t>(std::atoi(length.c_str()));
    });
    if (response.head.size() > 12) response.status = std::atoi(response.head.c_str() + 9);
    return response;
}

inline std::string get(std::string_view path, std::string_view headers = {},
                       std::string_view method = "GET") {
    return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
           std::string(headers) + "\r\n";
}

class WsClientForTest {
  public:
    WsClientForTest(Loop& loop, std::uint16_t port, std::string_view headers = {}, bool six = false,
                    std::string_view path = "/")
        : tcp(loop, port, six) {
        tcp.send("GET " + std::string(path) +
                 " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                 "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
                 "dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Version: 13\r\n" +
                 std::string(headers) + "\r\n");
        tcp.wait_for([&] { return tcp.ended || tcp.received.contains("\r\n\r\n"); });
        const auto end = tcp.received.find("\r\n\r\n");
        response = tcp.received.substr(0, end == std::string::npos ? end : end + 4);
        if (end != std::string::npos && is_open()) tcp.received.erase(0, end + 4);
    }

    bool is_open() const { return response.contains(" 101 "); }

    void send_text(std::string_view text) { send_frame(0x81, text); }

    void send_frame(unsigned char first, std::string_view payload) {
        std::string out(1, static_cast<char>(first));
        if (payload.size() < 126)
            out += static_cast<char>(0x80 | payload.size());
        else if (payload.size() < 65536) {
            out += static_cast<char>(0x80 | 126);
            out += static_cast<char>(payload.size() >> 8);
            out += static_cast<char>(payload.size() & 255);
        } else {
            out += static_cast<char>(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8)
                out += static_cast<char>(payload.size() >> shift & 255);
        }
        const char mask[4] = {0x12, 0x34, 0x56, 0x78};
        out.append(mask, 4);
        for (std::size_t i = 0; i < payload.size(); ++i)
            out += static_cast<char>(payload[i] ^ mask[i % 4]);
        tcp.send(out);
    }

    // Takes whole frames out of what has been received.
    void parse() {
        while (true) {
            const std::string& in = tcp.received;
            if (in.size() < 2) return;
            std::size_t length = static_cast<unsigned char>(in[1]) & 127, at = 2;
            if (length >= 126) {
                const std::size_t bytes = length == 126 ? 2 : 8;
                if (in.size() < at + bytes) return;
                length = 0;
                for (std::size_t i = 0; i < bytes; ++i)
                    length = length << 8 | static_cast<unsigned char>(in[at + i]);
                at += bytes;
            }
            if (in.size() < at + length) return;
            const int opcode = in[0] & 15;
            std::string payload = in.substr(at, length);
            tcp.received.erase(0, at + length);
            if (opcode == 1)
                texts.push_back(std::move(payload));
            else if (opcode == 10)
                pongs.push_back(std::move(payload));
            else if (opcode == 9)
                pings.push_back(std::move(payload));
            else if (opcode == 8) {
                close_code = payload.size() >= 2 ? static_cast<unsigned char>(payload[0]) << 8 |
                                                       static_cast<unsigned char>(payload[1])
                                                 : 1005;
                close_reason = payload.size() > 2 ? payload.substr(2) : "";
            }
        }
    }

    bool wait_for(const std::function<bool()>& done,
                  Milliseconds limit = std::chrono::seconds(30)) {
        return tcp.wait_for([&] { return parse(), done(); }, limit);
    }

    bool wait_for_texts(std::size_t count) {
        return wait_for([&] { return texts.size() >= count; });
    }

    bool wait_for_close() {
        return wait_for([&] { return close_code.has_value() || tcp.ended; }) &&
               close_code.has_value();
    }

    TcpClient tcp;
    std::string response;
    std::vector<std::string> texts, pongs, pings;
    std::optional<int> close_code;
    std::string close_reason;
};

} // namespace openclaw::test
