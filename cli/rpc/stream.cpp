#include "cli/rpc/stream.h"

#include "cli/interrupt.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace openclaw::cli {

namespace {

constexpr std::size_t read_size = 64u << 10;

Failure closed() {
    return fail(Code::unavailable, "the gateway closed the connection before it answered");
}

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Result<Address> loopback_address(const std::string& host, int port) {
    Address address;
    auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &four->sin_addr) ==
        1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(static_cast<std::uint16_t>(port));
        address.size = sizeof(sockaddr_in);
        return address;
    }
    auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(static_cast<std::uint16_t>(port));
        address.size = sizeof(sockaddr_in6);
        return address;
    }
    return fail(Code::invalid, "\"" + host + "\" is no loopback address");
}

Result<void> finish_connecting(int socket, Instant deadline) {
    const auto left =
        std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now())
            .count();
    pollfd wanted{.fd = socket, .events = POLLOUT, .revents = 0};
    const int ready = poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left, 0)));
    int problem = ready == 0 ? ETIMEDOUT : ready < 0 ? errno : 0;
    socklen_t size = sizeof problem;
    if (ready > 0) getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem != 0) return Failure(system_error(Code::unavailable, "connect", problem));
    return {};
}

} // namespace

Result<void> Stream::wait(short events, Instant deadline) const {
    for (;;) {
        if (interrupted_by() != 0)
            return Failure(system_error(Code::unavailable, "the wait was ended", EINTR));
        const auto left =
            std::chrono::ceil<Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        if (left <= 0) return fail(Code::timeout, "the gateway did not answer in time");
        pollfd wanted{.fd = socket_.get(), .events = events, .revents = 0};
        const int ready = poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(left, 1 << 30)));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR)
            return Failure(system_error(Code::internal, "poll", errno));
    }
}

Result<void> Stream::write(std::string_view bytes, Instant deadline) {
    while (!bytes.empty()) {
        const ssize_t sent =
            send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN || errno == EINTR)
            TRY_VOID(wait(POLLOUT, deadline));
        else
            return Failure(
                system_error(Code::unavailable, "the gateway closed the connection", errno));
    }
    return {};
}

Result<void> Stream::fill(Instant deadline) {
    for (;;) {
        const auto before = buffer_.size();
        buffer_.resize(before + read_size);
        const ssize_t got = recv(socket_.get(), buffer_.data() + before, read_size, MSG_DONTWAIT);
        const int problem = errno;
        buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got > 0) return {};
        if (got == 0 || (got < 0 && problem == ECONNRESET)) return closed();
        if (problem != EAGAIN && problem != EINTR)
            return Failure(
                system_error(Code::unavailable, "the connection to the gateway broke", problem));
        TRY_VOID(wait(POLLIN, deadline));
    }
}

Result<std::string> Stream::read_line(std::size_t limit, Instant deadline) {
    for (std::size_t searched = 0;;) {
        const auto end = buffer_.find('\n', searched);
        if (end != std::string::npos) {
            std::string line =
                buffer_.substr(0, end > 0 && buffer_[end - 1] == '\r' ? end - 1 : end);
            buffer_.erase(0, end + 1);
            return line;
        }
        searched = buffer_.size();
        if (searched > limit)
            return fail(Code::corrupt,
                        "the gateway sent a line longer than " + std::to_string(limit) + " bytes");
        TRY_VOID(fill(deadline));
    }
}

Result<std::string> Stream::read_exactly(std::size_t count, Instant deadline) {
    while (buffer_.size() < count)
        TRY_VOID(fill(deadline));
    std::string bytes = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return bytes;
}

Result<Stream> connect_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return fail(Code::invalid,
                    "the control socket's path is too long for a socket address (107 bytes): " +
                        path);
    std::memcpy(address.sun_path, path.data(), path.size());
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) return Failure(system_error(Code::internal, "socket", errno));
    if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        return Failure(system_error(Code::unavailable, "connect", errno));
    return Stream(std::move(socket));
}

Result<Stream> connect_tcp(const std::string& host, int port, Instant deadline) {
    const auto address = TRY(loopback_address(host, port));
    UniqueFd socket(
        ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return Failure(system_error(Code::internal, "socket", errno));
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) !=
        0) {
        if (errno != EINPROGRESS) return Failure(system_error(Code::unavailable, "connect", errno));
        TRY_VOID(finish_connecting(socket.get(), deadline));
    }
    return Stream(std::move(socket));
}

} // namespace openclaw::cli
