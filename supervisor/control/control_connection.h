// control/control_connection.h — one local caller: lines in, lines out, bounded both ways.
//
// Lives until its peer hangs up, breaks a bound, or does not read what it asked for. Owned by the
// ControlSocket.
#pragma once

#include "common/base/unique_fd.h"
#include "common/loop/fd_watch.h"
#include "supervisor/rpc/front_door.h"
#include "supervisor/rpc/peer.h"

#include <functional>
#include <memory>
#include <string>

namespace openclaw::control {

class ControlConnection;

// The peer of the local owner. Outlives its connection when an answer is still owed; then sends
// nothing.
class LocalPeer final : public rpc::Peer {
  public:
    explicit LocalPeer(ControlConnection& connection)
        : connection_(&connection) {}

    void detach() { connection_ = nullptr; }

    void send_parts(std::span<const std::string_view> parts) override;
    void send_event(const web::SharedEvent& event) override;
    void close(std::uint16_t code, std::string_view reason) override;

    bool is_direct_local() const override { return true; }

  private:
    ControlConnection* connection_;
    std::uint64_t sequence_ = 0;
};

class ControlConnection {
  public:
    using OnEnd = std::function<void(ControlConnection&)>;

    // `ended` is called once, from the loop, never from inside a call of this class.
    ControlConnection(Loop& loop, UniqueFd socket, rpc::FrontDoor& door, OnEnd ended);
    ~ControlConnection();
    ControlConnection(const ControlConnection&) = delete;
    ControlConnection& operator=(const ControlConnection&) = delete;

    void send(std::span<const std::string_view> parts); // one frame; the line end is added

    std::size_t waiting_bytes() const { return out_.size(); }

    void close_after_sending();

  private:
    void on_ready(Ready ready);
    void read_all();
    bool take_lines();
    void write_all();
    void want();
    void end(std::string_view why);

    Loop& loop_;
    UniqueFd socket_;
    rpc::FrontDoor& door_;
    OnEnd ended_;
    std::shared_ptr<LocalPeer> peer_;
    std::string in_, out_;
    bool is_planned_ = false; // a write at the end of this turn
    bool is_closing_ = false;
    bool has_ended_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); // deferred calls look here
    FdWatch watch_;
};

} // namespace openclaw::control
