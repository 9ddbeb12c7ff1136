// net/ws_client.h — one WebSocket to a server, over libwebsockets' client side on our loop. For
// workers.
//
// TLS 1.2 or newer with certificates verified; no compression of its own; proxies of the
// environment are not used. It looks no name up: either the host is an address, or `via` names a
// Unix socket that is the way to it (handed_stream.h), and then `host` still is the true name for
// TLS and the handshake. Received messages are reassembled up to a bound; what waits to be
// sent is bounded, too. Pings are answered, close codes are told. A client lives on one Loop, which
// must outlive it and is turned a few times by its destructor: libwebsockets closes in rounds.
#pragma once

#include "common/base/result.h"
#include "common/loop/loop.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::net {

struct WsOptions {
    std::string url;          // "wss://host/path?query", or "ws://127.0.0.1:8083/gateway"
    std::string via{};        // "+/egress/7", or a Unix socket's; empty: the host is an address
    std::string user_agent{}; // servers refuse upgrades without one; empty: the product's
    std::string ca_file{};    // PEM bundle; empty: the system's certificates
    Milliseconds open_within = std::chrono::seconds(15); // connection, TLS and upgrade
    std::size_t max_message = 64u << 20;
};

// How it ended. A code of 0: without a close frame, and `reason` is ours.
struct WsEnd {
    std::uint16_t code = 0;
    std::string reason;
    bool was_open = false;
};

// Called on the loop, never from inside connect(), send() or close(). Each may destroy the
// WsSocket.
class WsListener {
  public:
    virtual ~WsListener() = default;
    virtual void on_open() = 0;
    virtual void on_message(std::string_view message, bool is_binary) = 0;
    virtual void on_closed(const WsEnd& end) = 0; // the last call; not after close() of ours
};

// A connection, or one that is being made. Destroying it drops it: no callback comes after that.
class WsSocket {
  public:
    virtual ~WsSocket() = default;
    // False: it is not open, or more waits than a slow server may leave unread (1 MiB).
    virtual bool send(std::string_view text) = 0;
    virtual void pause_reading(bool paused) = 0; // TCP then holds the server back
    // Says why, as far as the socket takes it now, and drops the connection. Nothing comes after.
    virtual void close(std::uint16_t code) = 0;
};

// A parsed "wss://host:port/path".
struct WsAddress {
    bool is_secure = true;
    std::string host; // without brackets
    int port = 443;
    std::string path; // with its query

    static Result<WsAddress> parse(std::string_view url);
    bool is_numeric() const; // or "localhost"
};

class WsClient {
  public:
    // Errors: internal (libwebsockets does not start). Opens files: before the sandbox is entered.
    static Result<std::unique_ptr<WsClient>> create(Loop& loop, const std::string& ca_file = {});
    ~WsClient();
    WsClient(const WsClient&) = delete;
    WsClient& operator=(const WsClient&) = delete;

    // Errors: invalid (no such URL, or a name without `via`).
    Result<std::unique_ptr<WsSocket>> connect(const WsOptions& options, WsListener& listener);

    struct State;

  private:
    explicit WsClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace openclaw::net
