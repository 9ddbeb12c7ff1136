// web/ws_client.h — one WebSocket connection: message limits, frames, the send queue, the close.
//
// What is sent is framed into one buffer and written at the end of the loop's turn: many frames,
// one system call. While the socket is full, messages wait in a bounded queue: events of one run
// are merged, ticks are dropped above the limit, everything else above the limit ends the
// connection (PROTOCOL.md 3, 11; HOUSE 2.7 backpressure 3). Owned by the Server. Lives from the
// upgrade until the socket is gone; only its Session may hold a reference.
#pragma once

#include "common/base/clock.h"
#include "supervisor/web/endpoint.h"
#include "supervisor/web/event.h"
#include "supervisor/web/send_queue.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct lws;

namespace openclaw::web {

class WsHub;

inline constexpr std::uint16_t normal_closure = 1000; // RFC 6455 7.4.1

class WsClient {
  public:
    WsClient(WsHub& hub, lws* socket, Arrival arrival);
    ~WsClient();
    WsClient(const WsClient&) = delete;
    WsClient& operator=(const WsClient&) = delete;

    const Arrival& arrival() const { return arrival_; }

    // One text message made of `parts`, in order. After close() nothing is sent any more.
    void send(std::span<const std::string_view> parts);

    void send(std::string_view text) { send({&text, 1}); }

    void send_event(const SharedEvent& event);

    // From now on large messages are accepted and the handshake deadline is off.
    void admit();

    bool is_admitted() const { return admitted_; }

    // Sends what waits, then the close frame; `reason` is cut to 120 bytes at a code point
    // (PROTOCOL.md 5.3).
    void close(std::uint16_t code, std::string_view reason);

    bool is_closing() const { return closing_; }

    // What the peer sends waits in the kernel; few messages may still be handed over.
    void stop_reading();
    void go_on_reading();

    std::size_t waiting_bytes() const { return queue_.bytes() + out_.size(); }

    Instant opened() const { return opened_; }

    // For the Server, from libwebsockets' callbacks.
    void start(Endpoint& endpoint);
    void on_fragment(std::string_view bytes, bool is_last);
    void on_close_frame(
        std::uint16_t code); // the peer's; 0: it had none. The socket may be dropped afterwards
    void flush(); // the socket can be written, or a turn ends in which something was sent

  private:
    void schedule();
    void refill();
    bool write_some();
    void fail_writing();
    void enqueue(SendQueue::Item item);
    void frame(std::span<const std::string_view> parts);
    void frame(const SendQueue::Item& item);
    void frame_event(const Event& event, std::string_view appended);
    void frame_close(std::uint16_t code, std::string_view reason);

    WsHub& hub_;
    lws* socket_;
    Arrival arrival_;
    std::unique_ptr<Session> session_;
    std::string in_;  // fragments of a message that has not ended
    std::string out_; // framed and not yet written; its memory is lent by the hub
    SendQueue queue_;
    std::uint64_t sequence_ = 0; // of the last numbered event
    Instant opened_;
    std::string close_reason_;
    std::uint16_t close_code_ = 0;
    bool admitted_ = false;
    bool closing_ = false;
    bool close_framed_ = false;
    bool socket_full_ = false;
    bool scheduled_ = false;
};

} // namespace openclaw::web
