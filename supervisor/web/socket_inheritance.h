// web/socket_inheritance.h — listening sockets that outlive a program: given by a socket unit, kept
// by the service manager over our death, or left to the program that this process becomes.
//
// All three in the form of sd_listen_fds(3): LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES, from
// descriptor 3.
#pragma once

#include "supervisor/web/listen_sockets.h"

#include <string_view>

namespace openclaw::web {

// The name under which the service manager keeps our own sockets over our death.
inline constexpr std::string_view kept_socket_name = "openclaw-kept";
// Sockets of a socket unit, when we pass them on (systemd/openclaw-gateway.socket).
inline constexpr std::string_view given_socket_name = "openclaw-http";

struct InheritedSockets {
    std::vector<UniqueFd> sockets; // empty: there are none for us
    bool are_given = false;        // by a socket unit: the address is the service manager's affair
};

// Sockets handed over by systemd (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES, from descriptor 3): those
// of a socket unit, else those it has kept for us, if they are where we want to listen. What is no
// listening TCP socket is closed; what was kept for us elsewhere listens no more, whoever holds a
// copy. Clears the variables, so that children do not believe they are meant.
InheritedSockets inherited_listen_sockets(const ListenAddress& wanted);

// The other end of it, right before exec: the program that this process becomes inherits them.
// Takes descriptor 3 and those that follow, whatever they were.
void leave_to_next_program(Fds sockets, std::string_view name);

} // namespace openclaw::web
