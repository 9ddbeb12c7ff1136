// web/listener.h — our own listening sockets: bound here or given by systemd, watched by the loop,
// never by a library.
//
// So the sockets survive a restart and can be paused without being closed (HOUSE 2.12).
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"
#include "supervisor/web/listen_sockets.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace openclaw::web {

class Listener {
  public:
    using OnConnection = std::function<void(UniqueFd)>;

    Listener(Loop& loop, std::vector<UniqueFd> sockets, OnConnection on_connection);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::uint16_t port() const;
    bool is_at(const ListenAddress& address) const; // every one of its sockets

    // Sockets that listen elsewhere, on the same port as well: ours go on beside them, and may be
    // duplicates of a service manager's. Errors: as open_listen_sockets; then nothing has changed.
    Result<std::vector<UniqueFd>> open_beside(const ListenAddress& address) const;
    // Takes in who waits in the queue, and ends the sockets for everybody who holds a duplicate.
    void retire();

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
