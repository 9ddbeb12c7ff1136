// net/ws_connection.h — one connection inside libwebsockets: what its events mean for a listener.
// Private to ws_client.
#pragma once

#include "common/loop/timer.h"
#include "common/net/ws_client.h"

#include <libwebsockets.h>

#include <deque>
#include <memory>
#include <string>

namespace openclaw::net {

// Lives until the socket of its user and libwebsockets have both let it go.
class WsConnection : public std::enable_shared_from_this<WsConnection> {
  public:
    WsConnection(Loop& loop, WsListener& listener, const WsOptions& options);

    // The user's side.
    void start(lws_client_connect_info info);
    bool send(std::string_view text);
    void pause_reading(bool paused);
    void close(std::uint16_t code);
    void forget(); // no callback after this

    const std::string& user_agent() const { return options_.user_agent; }

    // libwebsockets' side. Returns what the callback is to return: not 0 drops the connection.
    int on_event(lws* socket, lws_callback_reasons reason, std::string_view in);

  private:
    enum class State { connecting, open, over };

    int on_established();
    int on_received(std::string_view bytes);
    int on_writable();
    int on_peer_close(std::string_view payload);
    void end(std::string reason);
    void drop();
    void ask_to_write();

    Loop& loop_;
    WsListener* listener_; // null: forgotten
    WsOptions options_;
    lws* socket_ = nullptr;
    std::shared_ptr<WsConnection> kept_; // by libwebsockets
    State state_ = State::connecting;
    bool is_starting_ = false;
    bool is_dropped_ = false;
    std::uint16_t peer_code_ = 0;
    std::string peer_reason_;
    std::string message_;             // that is not whole yet
    std::deque<std::string> waiting_; // each with LWS_PRE bytes before it
    std::size_t waiting_bytes_ = 0;
    Timer deadline_;
};

} // namespace openclaw::net
