// ipc/socket.h — one datagram and its file descriptors, in and out, over AF_UNIX SOCK_SEQPACKET.
//
// The kernel keeps message borders, so there is no framing code and no partial read.
// Received descriptors are close-on-exec. Never blocks.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <cstdint>
#include <span>
#include <utility>

namespace openclaw::ipc {

// A connected pair, both ends non-blocking and close-on-exec.
Result<std::pair<UniqueFd, UniqueFd>> make_socket_pair();

enum class Sent {
    yes,
    socket_full, // the socket tells when there is room
    not_now, // nobody will tell: too many descriptors of this user are on their way, by whatever
             // process (unix(7), ETOOMANYREFS), or the kernel is short of memory
};

// Errors: unavailable (the peer is gone), invalid (these descriptors cannot be sent: the one who
// gave them to us has nested sockets in them, unix(7)).
Result<Sent> send_datagram(int socket, std::span<const std::uint8_t> bytes,
                           std::span<const int> fds);

struct Datagram {
    enum class Kind { message, nothing_there, closed, truncated };
    Kind kind = Kind::nothing_there;
    std::size_t size = 0; // bytes written to the buffer
    Fds fds;
};

// `truncated`: the datagram was longer than `buffer` or carried more descriptors than allowed; all
// are closed.
Result<Datagram> receive_datagram(int socket, std::span<std::uint8_t> buffer);

} // namespace openclaw::ipc
