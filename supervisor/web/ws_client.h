// web/ws_client.h — one WebSocket connection: limits, frames, the send queue, the close.
//
// What is sent is framed into one buffer and written at the end of the loop's turn, many frames
// with one system call. While the socket is full, messages wait in a bounded queue: events of one
// run are merged, ticks are dropped above the limit, everything else above the limit ends the
// connection (PROTOCOL.md 3, 11; HOUSE 2.7 backpressure 3). Owned by the Server. Lives from the
// upgrade until the socket is gone; never hold one without being its Session.
#pragma once

#include "common/base/clock.h"
#include "supervisor/web/endpoint.h"
#include "supervisor/web/event.h"

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <variant>

struct lws;

namespace openclaw::web {

class Server;

class WsClient {
  public:
    WsClient(Server& server, lws* socket, Arrival arrival);
    ~WsClient();
    WsClient(const WsClient&) = delete;
    WsClient& operator=(const WsClient&) = delete;

    const Arrival& arrival() const { return arrival_; }

    // One text message made of `parts`, in order. After close() nothing is sent any more.
    void send(std::span<const std::string_view> parts);
    void send(std::string_view text);
    void send_event(const SharedEvent& event);

    // From now on: large messages are accepted, the handshake deadline is off, pings are sent,
    // events are numbered.
    void admit();

    bool is_admitted() const { return admitted_; }

    // Sends what waits, then the close frame; `reason` is cut to 120 bytes at a code point
    // (PROTOCOL.md 5.3).
    void close(std::uint16_t code, std::string_view reason);

    bool is_closing() const { return closing_; }

    std::size_t waiting_bytes() const { return queued_bytes_ + out_.size(); }

    std::uint64_t sequence() const { return sequence_; }

  private:
    friend class Server;

    struct Merged { // an event of this socket only, grown by merging
        SharedEvent newest;
        std::string appended;
    };

    using Waiting = std::variant<std::string, SharedEvent, Merged>;

    // Called by the Server, from libwebsockets' callbacks. False: the connection must be dropped
    // now.
    bool on_fragment(std::string_view bytes, bool is_last);
    bool on_writable();

    void on_pong() { ping_sent_ = {}; }

    bool may_write() const;
    void schedule();
    bool flush(); // writes out_ and as much of the queue as the socket takes
    void refill();
    void frame(std::span<const std::string_view> parts);
    void frame_event(const Event& event, std::string_view appended);
    void frame_ping();
    void enqueue(Waiting waiting, std::size_t bytes);
    bool merge(const SharedEvent& event);
    bool make_room(std::size_t bytes, bool may_drop);
    std::string_view close_frame();

    Server& server_;
    lws* socket_;
    Arrival arrival_;
    std::unique_ptr<Session> session_;
    std::string in_;  // fragments of a message that has not ended
    std::string out_; // framed, not yet written; its memory is lent by the server
    std::deque<Waiting>* queue_ =
        nullptr; // made when the socket is full for the first time, freed when empty
    std::size_t queued_bytes_ = 0;
    std::uint64_t sequence_ = 0;
    Instant opened_{};
    Instant ping_sent_{};
    std::uint16_t close_code_ = 0;
    std::string close_reason_;
    bool admitted_ = false;
    bool closing_ = false;
    bool close_written_ = false;
    bool scheduled_ = false;
};

} // namespace openclaw::web
