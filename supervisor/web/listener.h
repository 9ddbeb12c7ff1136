// web/listener.h — our own listening sockets: bound here or given by systemd, watched by the loop,
// never by a library.
//
// So the sockets survive a restart and can be paused without being closed (HOUSE 2.12).
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
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

// The name under which the service manager keeps our own sockets over our death.
inline constexpr std::string_view kept_socket_name = "openclaw-kept";

struct InheritedSockets {
    std::vector<UniqueFd> sockets; // empty: there are none for us
    bool are_given = false;        // by a socket unit: the address is the service manager's affair
};

// Sockets handed over by systemd (LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES, from descriptor 3): those
// of a socket unit, else those it has kept for us, if they are where we want to listen. What is no
// listening TCP socket is closed. Clears the variables, so that children do not believe they are
// meant.
InheritedSockets inherited_listen_sockets(const ListenAddress& wanted);

// The port of a listening socket.
std::uint16_t port_of(int socket);

class Listener {
  public:
    using OnConnection = std::function<void(UniqueFd)>;

    Listener(Loop& loop, std::vector<UniqueFd> sockets, OnConnection on_connection);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::uint16_t port() const;
    void pause(); // the kernel's queue holds newcomers
    void resume();
    Fds duplicates() const; // of the sockets; they survive exec

  private:
    void accept_from(int socket);
    void rest(); // out of descriptors: look again in a moment instead of spinning

    struct Watched {
        UniqueFd socket;
        std::unique_ptr<FdWatch> watch; // destroyed before the socket
    };

    std::vector<Watched> sockets_;
    OnConnection on_connection_;
    Timer resting_;
};

} // namespace openclaw::web
