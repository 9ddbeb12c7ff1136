#include "tests/unit/common/net/http_server.h"

#include "common/base/check.h"
#include "common/base/strings.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace openclaw::test {

namespace {

std::pair<UniqueFd, int> bind_loopback() {
    UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    CHECK_INVARIANT(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    CHECK_INVARIANT(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return {std::move(fd), ntohs(address.sin_port)};
}

std::size_t content_length(const ServedRequest& request) {
    const auto found = request.headers.find("content-length");
    std::size_t length = 0;
    if (found != request.headers.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), length);
    return length;
}

ServedRequest parse_head(std::string_view head) {
    ServedRequest request;
    const auto lines = split(head, '\n');
    const auto words = split(trim(lines.front()), ' ');
    request.method = words.at(0);
    request.path = words.at(1);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto line = trim(lines[i]);
        const auto colon = line.find(':');
        if (colon != std::string_view::npos)
            request.headers[to_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
    }
    return request;
}

} // namespace

ServedPeer::ServedPeer(Loop& loop, UniqueFd socket,
                       std::function<void(ServedPeer&, const ServedRequest&)> on_request)
    : on_request_(std::move(on_request))
    , socket_(std::move(socket))
    , watch_(std::make_unique<FdWatch>(loop, socket_.get(), [this](Ready ready) {
        if (ready.writable) flush();
        if (socket_ && (ready.readable || ready.hung_up)) read_some();
    })) {
    watch_->want(true, false);
}

void ServedPeer::read_some() {
    std::array<char, 65536> buffer{};
    const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        left_ = true;
        return close();
    }
    in_.append(buffer.data(), static_cast<std::size_t>(got));
    take_requests();
}

void ServedPeer::take_requests() {
    while (socket_) {
        const auto end = in_.find("\r\n\r\n");
        if (end == std::string::npos) return;
        auto request = parse_head(std::string_view(in_).substr(0, end));
        const auto length = content_length(request);
        if (in_.size() < end + 4 + length) return;
        request.body = in_.substr(end + 4, length);
        in_.erase(0, end + 4 + length);
        on_request_(*this, request);
    }
}

void ServedPeer::send(std::string_view bytes) {
    if (!socket_) return;
    out_ += bytes;
    flush();
}

void ServedPeer::flush() {
    while (!out_.empty()) {
        const ssize_t sent = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
        if (sent < 0) break;
        out_.erase(0, static_cast<std::size_t>(sent));
    }
    if (!out_.empty() && errno != EAGAIN) return close();
    watch_->want(true, !out_.empty());
}

void ServedPeer::answer(int status, std::string_view body, std::string_view extra_headers) {
    send("HTTP/1.1 " + std::to_string(status) +
         " Test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(extra_headers) + "\r\n" + std::string(body));
}

void ServedPeer::begin_chunked(int status, std::string_view content_type) {
    send("HTTP/1.1 " + std::to_string(status) +
         " Test\r\nTransfer-Encoding: chunked\r\nContent-Type: " + std::string(content_type) +
         "\r\n\r\n");
}

void ServedPeer::chunk(std::string_view bytes) {
    std::array<char, 20> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
    send(std::string(size.data(), end) + "\r\n" + std::string(bytes) + "\r\n");
}

void ServedPeer::end_chunked() {
    send("0\r\n\r\n");
}

void ServedPeer::close() {
    watch_.reset();
    socket_.reset();
}

void ServedPeer::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    if (socket_) setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

HttpServer::HttpServer(Loop& loop, OnRequest on_request)
    : loop_(loop)
    , on_request_(std::move(on_request)) {
    auto [fd, port] = bind_loopback();
    listener_ = std::move(fd);
    port_ = port;
    CHECK_INVARIANT(listen(listener_.get(), 128) == 0);
    watch_ = std::make_unique<FdWatch>(loop_, listener_.get(), [this](Ready) { accept_some(); });
    watch_->want(true, false);
}

HttpServer::~HttpServer() {
    watch_.reset();
}

void HttpServer::accept_some() {
    for (;;) {
        UniqueFd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket) return;
        peers_.push_back(std::make_unique<ServedPeer>(
            loop_, std::move(socket), [this](ServedPeer& peer, const ServedRequest& request) {
                ++requests_;
                on_request_(peer, request);
            }));
        if (on_connection_) on_connection_(*peers_.back());
    }
}

std::string HttpServer::url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

int unused_port() {
    return bind_loopback().second;
}

} // namespace openclaw::test
