// redteam/copies.h — one datagram or byte with many descriptors: copies of descriptor 0.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <string>

namespace openclaw::redteam {

// As sendmsg(2). At most 253 copies (SCM_MAX_FD).
template <std::size_t count>
ssize_t send_copies(int socket, std::string bytes, int flags) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * count)> control{};
    iovec vector{.iov_base = bytes.data(), .iov_len = bytes.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count); // the rest is zeros: descriptor 0
    return sendmsg(socket, &message, flags);
}

} // namespace openclaw::redteam
