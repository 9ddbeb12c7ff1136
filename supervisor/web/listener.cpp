#include "supervisor/web/listener.h"

#include "common/log/log.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace openclaw::web {

namespace {

constexpr int backlog = 511;             // the kernel's queue of connections not accepted yet
constexpr int first_inherited = 3;       // sd_listen_fds(3): SD_LISTEN_FDS_START
constexpr int accepted_in_one_turn = 64; // then the others get their turn
constexpr Milliseconds rest_for{100};    // when descriptors ran out

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

Result<SocketAddress> socket_address(const std::string& host, std::uint16_t port) {
    SocketAddress address;
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        address.size = sizeof v4;
        return address;
    }
    if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) != 1)
        return fail(Code::invalid,
                    "gateway.customBindHost is \"" + host + "\", which is no IP address");
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    address.size = sizeof v6;
    return address;
}

Error bind_error(const std::string& host, std::uint16_t port, int number) {
    const std::string where = host + " port " + std::to_string(port);
    if (number == EADDRINUSE) {
        Error error =
            system_error(Code::unavailable,
                         "cannot listen on " + where + ": port " + std::to_string(port) +
                             " is already in use; stop the program that uses it, or choose "
                             "another one with --port or gateway.port",
                         number);
        error.retryable = true;
        return error;
    }
    if (number == EACCES) return system_error(Code::denied, "cannot listen on " + where, number);
    return system_error(Code::unavailable, "cannot listen on " + where, number);
}

Result<UniqueFd> listen_on(const std::string& host, std::uint16_t port) {
    const SocketAddress address = TRY(socket_address(host, port));
    UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd)
        return Failure(system_error(Code::unavailable, "cannot make a socket for " + host, errno));
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.storage.ss_family == AF_INET6)
        setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0)
        return Failure(bind_error(host, port, errno));
    if (::listen(fd.get(), backlog) != 0) return Failure(bind_error(host, port, errno));
    return fd;
}

// A machine without IPv6 has no ::1; that is no reason not to start.
bool is_absent(const Error& error) {
    return error.system_errno == EADDRNOTAVAIL || error.system_errno == EAFNOSUPPORT;
}

Result<std::vector<UniqueFd>> listen_on_loopback(std::uint16_t port) {
    std::vector<UniqueFd> sockets;
    sockets.push_back(TRY(listen_on("127.0.0.1", port)));
    auto six = listen_on("::1", port_of(sockets.front().get()));
    if (six)
        sockets.push_back(std::move(*six));
    else if (!is_absent(six.error()))
        return Failure(six.error());
    return sockets;
}

int number_in(const char* variable) {
    const char* text = std::getenv(variable);
    int number = 0;
    if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
    return number;
}

// Separated by colons (sd_listen_fds_with_names(3)).
std::vector<std::string> socket_names() {
    const char* text = std::getenv("LISTEN_FDNAMES");
    std::vector<std::string> names(1);
    for (const char c : std::string_view(text == nullptr ? "" : text)) {
        if (c == ':')
            names.emplace_back();
        else
            names.back() += c;
    }
    return names;
}

int option_of(int socket, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(socket, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool listens_for_tcp(int socket) {
    const int domain = option_of(socket, SO_DOMAIN);
    return (domain == AF_INET || domain == AF_INET6) && option_of(socket, SO_TYPE) == SOCK_STREAM &&
           option_of(socket, SO_ACCEPTCONN) == 1;
}

std::string host_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    const void* host =
        address.ss_family == AF_INET
            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in&>(address).sin_addr)
            : &reinterpret_cast<sockaddr_in6&>(address).sin6_addr;
    return inet_ntop(address.ss_family, host, text.data(), text.size()) == nullptr ? ""
                                                                                   : text.data();
}

bool is_at(int socket, const ListenAddress& wanted) {
    if (wanted.port != 0 && port_of(socket) != wanted.port) return false;
    const std::string host = host_of(socket);
    switch (wanted.bind) {
    case Bind::loopback:
        return host == "127.0.0.1" || host == "::1";
    case Bind::lan:
        return host == "0.0.0.0";
    case Bind::custom:
        return host == wanted.custom_host;
    }
    return false;
}

} // namespace

Result<std::vector<UniqueFd>> open_listen_sockets(const ListenAddress& address) {
    if (address.bind == Bind::loopback) return listen_on_loopback(address.port);
    std::vector<UniqueFd> sockets;
    sockets.push_back(
        TRY(listen_on(address.bind == Bind::lan ? "0.0.0.0" : address.custom_host, address.port)));
    return sockets;
}

InheritedSockets inherited_listen_sockets(const ListenAddress& wanted) {
    InheritedSockets given{.sockets = {}, .are_given = true}, kept;
    const auto names = socket_names();
    const int count = number_in("LISTEN_PID") == getpid() ? number_in("LISTEN_FDS") : 0;
    for (int i = 0; i < count; ++i) {
        UniqueFd socket(first_inherited + i);
        fcntl(socket.get(), F_SETFD, FD_CLOEXEC);
        if (!listens_for_tcp(socket.get())) continue;
        fcntl(socket.get(), F_SETFL, fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
        const auto place = static_cast<std::size_t>(i);
        const bool is_kept = place < names.size() && names[place] == kept_socket_name;
        if (!is_kept)
            given.sockets.push_back(std::move(socket));
        else if (is_at(socket.get(), wanted))
            kept.sockets.push_back(std::move(socket));
    }
    for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        unsetenv(variable);
    return given.sockets.empty() ? std::move(kept) : std::move(given);
}

std::uint16_t port_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return 0;
}

Listener::Listener(Loop& loop, std::vector<UniqueFd> sockets, OnConnection on_connection)
    : on_connection_(std::move(on_connection))
    , resting_(loop) {
    for (auto& socket : sockets) {
        const int fd = socket.get();
        auto watch = std::make_unique<FdWatch>(loop, fd, [this, fd](Ready) { accept_from(fd); });
        sockets_.push_back({std::move(socket), std::move(watch)});
    }
    resume();
}

Listener::~Listener() = default;

std::uint16_t Listener::port() const {
    return sockets_.empty() ? std::uint16_t{0} : port_of(sockets_.front().socket.get());
}

void Listener::pause() {
    resting_.stop();
    for (auto& watched : sockets_)
        watched.watch->want(false, false);
}

void Listener::resume() {
    for (auto& watched : sockets_)
        watched.watch->want(true, false);
}

Fds Listener::duplicates() const {
    Fds copies;
    for (const auto& watched : sockets_)
        copies.emplace_back(fcntl(watched.socket.get(), F_DUPFD, 3));
    return copies;
}

void Listener::accept_from(int socket) {
    for (int i = 0; i < accepted_in_one_turn; ++i) {
        UniqueFd connection(::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (connection) {
            on_connection_(std::move(connection));
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) rest();
        return;
    }
}

void Listener::rest() {
    log::warn("web.accept_resting",
              {{"reason", std::strerror(errno)}, {"for_ms", rest_for.count()}});
    pause();
    resting_.start(rest_for, [this] { resume(); });
}

} // namespace openclaw::web
