#include "common/ipc/socket.h"

#include "common/ipc/protocol.h"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace openclaw::ipc {

Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return Failure(system_error(Code::internal, "socketpair for a worker link", errno));
    return std::pair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

namespace {

struct Control {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * max_frame_fds)> bytes{};
};

void attach(msghdr& message, Control& control, std::span<const int> fds) {
    if (fds.empty()) return;
    message.msg_control = control.bytes.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size_bytes());
    memcpy(CMSG_DATA(header), fds.data(), fds.size_bytes());
}

// 0, or the errno.
int try_to_send(int socket, std::span<const std::uint8_t> bytes, std::span<const int> fds) {
    iovec vector{.iov_base = const_cast<std::uint8_t*>(bytes.data()), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    Control control;
    attach(message, control, fds);
    return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 ? 0 : errno;
}

// ETOOMANYREFS means one of two things. A descriptor that is no socket meets only the count, which
// passes; if even that one may not be sent, ours have to wait.
bool is_count_exceeded() {
    const UniqueFd harmless(eventfd(0, EFD_CLOEXEC));
    std::array<int, 2> ends{};
    if (!harmless || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return true; // cannot be told: to wait is the safer of the two
    const UniqueFd here(ends[0]), there(ends[1]);
    const std::uint8_t byte = 0;
    const int fd = harmless.get();
    return try_to_send(here.get(), {&byte, 1}, {&fd, 1}) != 0;
}

} // namespace

Result<Sent> send_datagram(int socket, std::span<const std::uint8_t> bytes,
                           std::span<const int> fds) {
    const int error = try_to_send(socket, bytes, fds);
    if (error == 0) return Sent::yes;
    if (error == EAGAIN || error == EWOULDBLOCK) return Sent::socket_full;
    if (error == ENOBUFS || error == ENOMEM) return Sent::not_now;
    if (error == ETOOMANYREFS && is_count_exceeded()) return Sent::not_now;
    if (error == ETOOMANYREFS || error == EBADF)
        return Failure(system_error(Code::invalid, "a descriptor that cannot be sent", error));
    return Failure(system_error(Code::unavailable, "the link's peer is gone", error));
}

// Takes ownership of every descriptor the kernel installed, wanted or not.
static Fds take_fds(msghdr& message) {
    Fds fds;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
            fds.emplace_back(fd);
        }
    }
    return fds;
}

Result<Datagram> receive_datagram(int socket, std::span<std::uint8_t> buffer) {
    iovec vector{.iov_base = buffer.data(), .iov_len = buffer.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * max_frame_fds)> control;
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    // unix(7): a peer that closed with bytes of ours unread is an error, told once and before what
    // the peer had still sent. That is often why it left.
    if (size < 0 && errno == ECONNRESET)
        size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (size < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return Datagram{};
        return Failure(system_error(Code::unavailable, "the link's peer is gone", errno));
    }
    Datagram datagram{.kind = Datagram::Kind::message,
                      .size = static_cast<std::size_t>(size),
                      .fds = take_fds(message)};
    if (size == 0 && datagram.fds.empty()) datagram.kind = Datagram::Kind::closed;
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        datagram = {.kind = Datagram::Kind::truncated, .size = 0, .fds = {}};
    return datagram;
}

} // namespace openclaw::ipc
