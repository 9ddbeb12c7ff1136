// control/control_socket.h — the local owner's door: the same RPC frames over a Unix socket, one
// JSON text a line.
//
// The credential is the peer's user id: ours, or root's. No `connect` is needed; one that comes is
// answered with hello-ok. Events reach a connection after its `connect`, or once it has subscribed
// to something.
#pragma once

#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "supervisor/control/control_connection.h"
#include "supervisor/rpc/front_door.h"

#include <list>
#include <memory>
#include <string>

namespace openclaw::control {

class ControlSocket {
  public:
    // Binds `path` with mode 0600 (its directory is made with 0700), replacing what a dead process
    // left there. Errors: invalid (the path is longer than a socket address holds), busy (somebody
    // answers there), internal.
    static Result<std::unique_ptr<ControlSocket>> create(Loop& loop, const std::string& path,
                                                         rpc::FrontDoor& door);
    // One that listens already: of the image before this one.
    static std::unique_ptr<ControlSocket> adopt(Loop& loop, const std::string& path,
                                                UniqueFd socket, rpc::FrontDoor& door);
    ~ControlSocket(); // removes the socket file, unless adopted and never resumed
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

    void pause(); // the kernel's queue holds newcomers
    void resume();
    UniqueFd duplicate() const; // survives exec
    void close_all();           // takes nobody in any more; what is owed is written first

    std::size_t connection_count() const { return connections_.size(); }

  private:
    ControlSocket(Loop& loop, std::string path, UniqueFd socket, rpc::FrontDoor& door);
    void accept_all();
    void drop(ControlConnection& connection);

    Loop& loop_;
    std::string path_;
    UniqueFd socket_;
    rpc::FrontDoor& door_;
    std::list<std::unique_ptr<ControlConnection>> connections_;
    FdWatch watch_;
    bool is_ours_ = false; // the socket file
};

} // namespace openclaw::control
