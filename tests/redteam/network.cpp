// Ways out: sockets of every family, the gateway's own doors, and the one way there is, egress.
#include "tests/redteam/attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace openclaw::redteam {

namespace {

std::string socket_of(int family, int type, int protocol = 0) {
    return judge(syscall(SYS_socket, family, type, protocol), "has a socket");
}

// "127.0.0.1:18789"
std::string connect_to(const std::string& target) {
    const long fd = syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return judge(fd, "a socket");
    const auto colon = target.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::atoi(target.c_str() + colon + 1)));
    inet_pton(AF_INET, target.substr(0, colon).c_str(), &to.sin_addr);
    return judge(syscall(SYS_connect, fd, &to, sizeof to), "connected");
}

sockaddr_un unix_address(const std::string& path, bool is_abstract) {
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path + (is_abstract ? 1 : 0), sizeof to.sun_path - 2);
    return to;
}

std::string connect_unix(const std::string& path, bool is_abstract) {
    const long fd = syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) return judge(fd, "a socket");
    const auto to = unix_address(path, is_abstract);
    return judge(syscall(SYS_connect, fd, &to, sizeof to), "connected");
}

// What it was given, turned against another: a datagram needs no connection.
std::string send_to_a_name(const std::string& path) {
    std::array<int, 2> ends{};
    if (syscall(SYS_socketpair, AF_UNIX, SOCK_DGRAM, 0, ends.data()) < 0)
        return judge(-1, "a pair");
    const auto to = unix_address(path, false);
    return judge(syscall(SYS_sendto, ends[0], "x", 1, 0, &to, sizeof to), "reached it");
}

// "169.254.169.254:80": the one way out there is, asked for something it must not give.
std::string dial(const std::string& target, const Scene& scene) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return judge(-1, "");
    const auto colon = target.rfind(':');
    wire::Frame frame;
    auto& dial = *frame.mutable_dial();
    dial.set_host(target.substr(0, colon));
    dial.set_port(static_cast<std::uint32_t>(std::atoi(target.c_str() + colon + 1)));
    dial.set_within_ms(5000);
    scene.context.link().request(
        frame, std::array{ends[1]}, std::chrono::seconds(8),
        [scene](Result<const wire::Frame*> reply, Fds) {
            if (!reply) return scene.tell("refused: " + reply.error().sentence);
            const auto& answer = (*reply)->dialled();
            const bool has_stream = answer.outcome() == wire::Dialled::CONNECTED;
            scene.tell((has_stream ? "REACHED: " : "refused: ") +
                       wire::Dialled::Outcome_Name(answer.outcome()) + " " + answer.sentence());
        });
    close(ends[1]);
    return {};
}

std::string listen_for_others() {
    const long fd = syscall(SYS_socket, AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return judge(fd, "a socket");
    return judge(syscall(SYS_listen, fd, 1), "listens");
}

constexpr auto attacks = std::to_array<Attack>({
    {"connect", [](auto& target, auto&) { return connect_to(target); }},
    {"tcp6", [](auto&, auto&) { return socket_of(AF_INET6, SOCK_STREAM); }},
    {"udp", [](auto&, auto&) { return socket_of(AF_INET, SOCK_DGRAM); }},
    {"raw", [](auto&, auto&) { return socket_of(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
    {"packet", [](auto&, auto&) { return socket_of(AF_PACKET, SOCK_RAW, 3); }},
    {"netlink", [](auto&, auto&) { return socket_of(AF_NETLINK, SOCK_RAW); }},
    {"vsock", [](auto&, auto&) { return socket_of(AF_VSOCK, SOCK_STREAM); }},
    {"bluetooth", [](auto&, auto&) { return socket_of(AF_BLUETOOTH, SOCK_RAW); }},
    {"crypto", [](auto&, auto&) { return socket_of(AF_ALG, SOCK_SEQPACKET); }},
    {"abstract", [](auto& target, auto&) { return connect_unix(target, true); }},
    {"unix", [](auto& target, auto&) { return connect_unix(target, false); }},
    {"datagram", [](auto& target, auto&) { return send_to_a_name(target); }},
    {"dial", dial},
    {"listen", [](auto&, auto&) { return listen_for_others(); }},
});

} // namespace

std::span<const Attack> network_attacks() {
    return attacks;
}

} // namespace openclaw::redteam
