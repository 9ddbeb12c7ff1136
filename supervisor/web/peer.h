// web/peer.h — the other end of a TCP connection.
#pragma once

#include <cstdint>
#include <string>

namespace openclaw::web {

struct Peer {
    std::string ip; // IPv4 also where the socket says ::ffff:…; empty: unknown
    std::uint16_t port = 0;
};

Peer peer_of(int socket);

} // namespace openclaw::web
