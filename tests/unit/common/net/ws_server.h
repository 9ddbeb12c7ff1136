// A rude WebSocket server for one client, on the test's own loop: it shakes hands, writes the
// frames the test wants, and keeps what the client sent.
#pragma once

#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"

#include <doctest/doctest.h>
#include <openssl/sha.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

namespace openclaw::test {

class WsServer {
  public:
    struct Frame {
        int opcode = 0;
        std::string payload;
        bool is_masked = false;
    };

    explicit WsServer(Loop& loop)
        : loop_(loop) {
        listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        begin();
    }

    // At a path of the file system.
    WsServer(Loop& loop, const std::string& path)
        : loop_(loop) {
        listener_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        begin();
    }

    int port() const { return port_; }

    void send_frame(int first_byte, std::string_view payload) {
        std::string frame(1, static_cast<char>(first_byte));
        if (payload.size() < 126) {
            frame += static_cast<char>(payload.size());
        } else {
            frame += static_cast<char>(127);
            for (int shift = 56; shift >= 0; shift -= 8)
                frame += static_cast<char>(payload.size() >> shift & 0xff);
        }
        send_raw(frame.append(payload));
    }

    void send_text(std::string_view text) { send_frame(0x81, text); }

    void send_close(int code, std::string_view reason) {
        std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
        send_frame(0x88, payload.append(reason));
    }

    void send_raw(std::string bytes) {
        out_ += bytes;
        flush();
    }

    void drop() {
        watch_.reset();
        peer_.reset();
    }

    bool shakes_hands = true;
    std::string request; // the client's
    std::vector<Frame> frames;
    bool is_left = false; // the client closed the connection
    int visitors = 0;

  private:
    void begin() {
        REQUIRE(listen(listener_.get(), 4) == 0);
        knock_ = std::make_unique<FdWatch>(loop_, listener_.get(), [this](Ready) { let_in(); });
        knock_->want(true, false);
    }

    void let_in() {
        peer_.reset(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!peer_) return;
        ++visitors;
        in_.clear();
        watch_ = std::make_unique<FdWatch>(loop_, peer_.get(), [this](Ready ready) {
            if (ready.writable) flush();
            if (ready.readable || ready.hung_up) read_some();
        });
        watch_->want(true, false);
    }

    void read_some() {
        char bytes[4096];
        const auto count = read(peer_.get(), bytes, sizeof bytes);
        if (count == 0) {
            is_left = true;
            return drop();
        }
        if (count < 0) return;
        in_.append(bytes, static_cast<std::size_t>(count));
        if (const auto end = in_.find("\r\n\r\n"); request.empty() && end != std::string::npos) {
            request = in_.substr(0, end + 2);
            in_.erase(0, end + 4);
            if (shakes_hands) shake_hands();
        }
        while (!request.empty() && take_frame()) {
        }
    }

    void shake_hands() {
        const std::string name = "Sec-WebSocket-Key: ";
        const auto at = request.find(name);
        REQUIRE(at != std::string::npos);
        const auto begin_of_key = at + name.size();
        const auto key =
            request.substr(begin_of_key, request.find('\r', begin_of_key) - begin_of_key) +
            "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
        unsigned char digest[SHA_DIGEST_LENGTH];
        SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
        const std::string_view view(reinterpret_cast<const char*>(digest), sizeof digest);
        send_raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: " +
                 to_base64(view) + "\r\n\r\n");
    }

    bool take_frame() {
        if (in_.size() < 2) return false;
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(in_[i]); };
        const bool is_masked = (byte(1) & 0x80) != 0;
        std::size_t length = byte(1) & 0x7f, head = 2;
        if (length == 126) {
            if (in_.size() < 4) return false;
            length = static_cast<std::size_t>(byte(2) << 8 | byte(3));
            head = 4;
        }
        const std::size_t mask = is_masked ? 4 : 0;
        if (in_.size() < head + mask + length) return false;
        Frame frame{.opcode = byte(0) & 0x0f,
                    .payload = in_.substr(head + mask, length),
                    .is_masked = is_masked};
        for (std::size_t i = 0; is_masked && i < length; ++i)
            frame.payload[i] = static_cast<char>(frame.payload[i] ^ in_[head + i % 4]);
        in_.erase(0, head + mask + length);
        frames.push_back(std::move(frame));
        return true;
    }

    void flush() {
        while (peer_ && !out_.empty()) {
            const auto count = ::send(peer_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
            if (count <= 0) break;
            out_.erase(0, static_cast<std::size_t>(count));
        }
        if (watch_) watch_->want(true, !out_.empty());
    }

    Loop& loop_;
    UniqueFd listener_;
    int port_ = 0;
    std::unique_ptr<FdWatch> knock_;
    UniqueFd peer_;
    std::unique_ptr<FdWatch> watch_;
    std::string in_, out_;
};

} // namespace openclaw::test
