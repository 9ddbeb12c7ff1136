// sandbox/profile.h — what a worker may still do once it has read its settings, as data: one member
// of its WorkerSpec.
//
// Everything not named here is refused (common/sandbox/enter.h), and no profile can ask for it:
// starting programs, other processes, files of its own. What a worker must remember it gives to the
// supervisor; a file it writes to is one it was handed. Pure.
#pragma once

#include <cstdint>

namespace openclaw::sandbox {

enum class Net : std::uint8_t {
    unix_only,     // pairs of Unix sockets, to hand an end away: it cannot connect to anything
    client_stream, // may look names up and connect to the internet: TCP, and UDP for the lookup
};

struct Profile {
    Net net = Net::unix_only;
    // May read the system's certificates, by which it judges the server at the other end.
    bool reads_certificates = false;
};

} // namespace openclaw::sandbox
