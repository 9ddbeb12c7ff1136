#include "supervisor/web/listen_sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace openclaw::web {

namespace {

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

// Whether a port may be had at several addresses that overlap: all who listen there must agree.
void set_sharing(int socket, bool may_share) {
    const int value = may_share ? 1 : 0;
    setsockopt(socket, SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
}

enum class Port { ours_alone, beside_our_own };

Result<UniqueFd> listen_on(const std::string& host, std::uint16_t port, Port place) {
    const SocketAddress address = TRY(socket_address(host, port));
    UniqueFd fd(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd)
        return Failure(system_error(Code::unavailable, "cannot make a socket for " + host, errno));
    const int on = 1;
    setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address.storage.ss_family == AF_INET6)
        setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (place == Port::beside_our_own) set_sharing(fd.get(), true);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0)
        return Failure(bind_error(host, port, errno));
    if (::listen(fd.get(), queue_length) != 0) return Failure(bind_error(host, port, errno));
    set_sharing(fd.get(), false);
    return fd;
}

// A machine without IPv6 has no ::1; that is no reason not to start.
bool is_absent(const Error& error) {
    return error.system_errno == EADDRNOTAVAIL || error.system_errno == EAFNOSUPPORT;
}

Result<std::vector<UniqueFd>> listen_on_loopback(std::uint16_t port, Port place) {
    std::vector<UniqueFd> sockets;
    sockets.push_back(TRY(listen_on("127.0.0.1", port, place)));
    auto six = listen_on("::1", port_of(sockets.front().get()), place);
    if (six)
        sockets.push_back(std::move(*six));
    else if (!is_absent(six.error()))
        return Failure(six.error());
    return sockets;
}

Result<std::vector<UniqueFd>> open_sockets(const ListenAddress& address, Port place) {
    if (address.bind == Bind::loopback) return listen_on_loopback(address.port, place);
    const std::string host = address.bind == Bind::lan ? "0.0.0.0" : address.custom_host;
    std::vector<UniqueFd> sockets;
    sockets.push_back(TRY(listen_on(host, address.port, place)));
    return sockets;
}

std::string host_in(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* host =
        address.ss_family == AF_INET
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr)
            : &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    return inet_ntop(address.ss_family, host, text.data(), text.size()) == nullptr ? ""
                                                                                   : text.data();
}

std::string host_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    return host_in(address);
}

std::string canonical(const std::string& host) {
    const auto address = socket_address(host, 0);
    return address ? host_in(address->storage) : host;
}

} // namespace

Result<std::vector<UniqueFd>> open_listen_sockets(const ListenAddress& address) {
    return open_sockets(address, Port::ours_alone);
}

// What a service manager holds is a duplicate of ours, the same socket: it agrees, too.
Result<std::vector<UniqueFd>> open_listen_sockets_beside(const std::vector<int>& ours,
                                                         const ListenAddress& address) {
    for (const int socket : ours)
        set_sharing(socket, true);
    auto opened = open_sockets(address, Port::beside_our_own);
    for (const int socket : ours)
        set_sharing(socket, false);
    return opened;
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
        return host == canonical(wanted.custom_host);
    }
    return false;
}

// shutdown(2) of a listening socket ends its listening (tcp_disconnect in the kernel); close(2)
// does so only when nobody holds a duplicate.
void listen_no_more(int socket) {
    ::shutdown(socket, SHUT_RDWR);
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

} // namespace openclaw::web
