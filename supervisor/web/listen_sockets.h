// web/listen_sockets.h — where we listen: addresses, and sockets bound to them.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"

#include <cstdint>
#include <string>
#include <vector>

namespace openclaw::web {

enum class Bind { loopback, lan, custom };

struct ListenAddress {
    Bind bind = Bind::loopback;
    std::string custom_host; // an address, for Bind::custom
    std::uint16_t port = 0;  // 0: any free one; with two sockets both get the same
    bool operator==(const ListenAddress&) const = default;
};

// Loopback opens 127.0.0.1 and, where the machine has it, ::1. Errors: unavailable (the port is
// taken: the sentence names it), invalid (custom_host is no address), denied, internal.
Result<std::vector<UniqueFd>> open_listen_sockets(const ListenAddress& address);

// The same while `ours` hold the port at an address that overlaps: they listen on. For the moment
// of the call all of them agree to share it (SO_REUSEPORT); a port of somebody else stays taken.
Result<std::vector<UniqueFd>> open_listen_sockets_beside(const std::vector<int>& ours,
                                                         const ListenAddress& address);

// The kernel's queue of connections that nobody has accepted yet.
inline constexpr int queue_length = 511;

// A listening socket's port, whether it is one of an address, and its end for everybody who holds a
// duplicate. (A service manager drops what has hung up.)
std::uint16_t port_of(int socket);
bool is_at(int socket, const ListenAddress& wanted);
void listen_no_more(int socket);

} // namespace openclaw::web
