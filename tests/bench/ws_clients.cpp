#include "tests/bench/ws_clients.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

namespace {

void append_frame(std::string& out, std::string_view payload) {
    const auto byte = [&out](std::size_t value) { out += static_cast<char>(value & 0xff); };
    byte(0x81);
    if (payload.size() < 126) {
        byte(0x80 | payload.size());
    } else {
        byte(0x80 | 126); // requests are far below 64 KiB
        byte(payload.size() >> 8);
        byte(payload.size());
    }
    out.append(4, '\0');
    out += payload;
}

struct Frame {
    int opcode = 0;
    std::string_view payload;
};

// The next whole frame at `position`, or false. Servers never mask.
bool take_frame(const std::string& in, std::size_t& position, Frame& frame) {
    const std::size_t left = in.size() - position;
    if (left < 2) return false;
    const auto byte = [&](std::size_t at) {
        return static_cast<std::uint64_t>(static_cast<unsigned char>(in[position + at]));
    };
    std::size_t head = 2;
    std::uint64_t length = byte(1) & 0x7f;
    const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (left < head + extra) return false;
    if (extra != 0) length = 0;
    for (std::size_t i = 0; i < extra; ++i)
        length = length << 8 | byte(2 + i);
    head += extra;
    if (left < head + length) return false;
    frame = {static_cast<int>(byte(0) & 0xf), std::string_view(in).substr(position + head, length)};
    position += head + length;
    return true;
}

int connected(int port, int receive_buffer) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail(1, std::string("connect: ") + std::strerror(errno));
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

} // namespace

void fail(int code, const std::string& why) {
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, why.c_str());
    std::exit(code);
}

bool is_answer(std::string_view text) {
    return text.substr(0, 200).find(R"("type":"res")") != text.npos;
}

bool is_ok(std::string_view text) {
    return text.substr(0, 400).find(R"("ok":true)") != text.npos;
}

double quantile_us(const std::vector<double>& sorted, double share) {
    if (sorted.empty()) fail(1, "nothing was measured");
    return sorted[static_cast<std::size_t>(static_cast<double>(sorted.size() - 1) * share)] * 1e6;
}

Clients::Clients(Server server, OnReady on_ready, OnText on_text)
    : server_(std::move(server))
    , on_ready_(std::move(on_ready))
    , on_text_(std::move(on_text))
    , epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

std::size_t Clients::open(int receive_buffer) {
    const std::size_t number = clients_.size();
    Client& client = clients_.emplace_back();
    client.fd = connected(server_.port, receive_buffer);
    client.out = "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_.port) +
                 "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    flush(number);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    return number;
}

void Clients::shut(std::size_t client) {
    close(clients_[client].fd);
    clients_[client] = {};
}

void Clients::stop_reading(std::size_t client) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, clients_[client].fd, nullptr);
}

void Clients::say(std::size_t client, std::string_view text) {
    append_frame(clients_[client].out, text);
}

void Clients::flush(std::size_t number) {
    Client& client = clients_[number];
    std::size_t done = 0;
    while (done < client.out.size()) {
        const auto n =
            send(client.fd, client.out.data() + done, client.out.size() - done, MSG_NOSIGNAL);
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    client.out.erase(0, done);
}

void Clients::turn() {
    std::array<epoll_event, 256> events{};
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 20);
    for (int i = 0; i < count; ++i)
        read(events[static_cast<std::size_t>(i)].data.u64);
}

void Clients::read(std::size_t number) {
    const int fd = clients_[number].fd;
    if (fd < 0) return; // shut by another one's event
    const auto n = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        fail(1, "closed by the server: " + clients_[number].in.substr(0, 200));
    // Out of the table while callbacks run: they may open more.
    std::string in = std::move(clients_[number].in);
    if (n > 0) in.append(buffer_.data(), static_cast<std::size_t>(n));
    std::size_t position = 0;
    if (clients_[number].phase == Phase::upgrading) {
        clients_[number].in = std::move(in);
        if (!upgraded(clients_[number], position)) return;
        in = std::move(clients_[number].in);
    }
    for (Frame frame; clients_[number].fd >= 0 && take_frame(in, position, frame);)
        on_frame(number, frame.opcode, frame.payload);
    if (clients_[number].fd < 0) return;
    in.erase(0, position);
    clients_[number].in = std::move(in);
    flush(number);
}

bool Clients::upgraded(Client& client, std::size_t& position) {
    const auto end = client.in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (client.in.compare(9, 3, "101") != 0)
        fail(1, "upgrade refused: " + client.in.substr(0, 200));
    position = end + 4;
    client.phase = Phase::challenged;
    if (server_.echo) greet(client);
    return true;
}

void Clients::greet(Client& client) {
    append_frame(
        client.out,
        R"({"type":"req","id":"c","method":"connect","params":{"minProtocol":4,"maxProtocol":4,"client":{"id":"gateway-client","version":"1.0.0","platform":"linux","mode":"backend"},"role":"operator","scopes":["operator.read","operator.write","operator.admin"],"caps":[],"auth":{"token":")" +
            server_.token + R"("}}})");
    client.phase = Phase::greeting;
}

void Clients::on_frame(std::size_t number, int opcode, std::string_view payload) {
    if (opcode == 8)
        fail(1, "close frame: " +
                    std::string(payload.substr(std::min<std::size_t>(2, payload.size()))));
    if (opcode > 2) return;
    Client& client = clients_[number];
    switch (client.phase) {
    case Phase::upgrading:
        return;
    case Phase::challenged:
        if (payload.find("connect.challenge") != payload.npos) greet(client);
        return;
    case Phase::greeting:
        if (!is_answer(payload)) return;
        if (!is_ok(payload)) fail(1, "connect refused: " + std::string(payload.substr(0, 300)));
        client.phase = Phase::ready;
        return on_ready_(number);
    case Phase::ready:
        return on_text_(number, payload);
    }
}

} // namespace bench
