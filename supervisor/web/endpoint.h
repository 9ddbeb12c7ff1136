// web/endpoint.h — what the web room needs from the room above it: somebody who answers the
// messages.
//
// Every upgraded socket gets one Session from the Endpoint. The WsClient owns it and destroys it
// when the socket is gone; that is how a session learns of the end. All calls come from the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::web {

class WsClient;

// Who is at the other end, settled when the upgrade request has been read.
struct Arrival {
    std::string ip; // of the socket peer, or as a trusted proxy says
    std::uint16_t port = 0;
    bool direct_local = false; // loopback and no forwarding header (PROTOCOL.md 1)
    bool via_proxy = false; // the socket peer is one of gateway.trustedProxies, and says for whom
    bool peer_is_loopback = false;
    bool has_origin = false;
    std::string origin;
    std::string host; // the request's Host header
    std::string user_agent;
    std::vector<std::pair<std::string, std::string>> headers; // those of ServerOptions that came

    // Of `headers`, by lower case name; empty: it did not come.
    std::string_view header(std::string_view name) const {
        for (const auto& [known, value] : headers)
            if (known == name) return value;
        return {};
    }
};

class Session {
  public:
    virtual ~Session() = default;
    // One whole message, text or binary. Valid during the call only. The session may close its
    // client.
    virtual void on_message(std::string_view message) = 0;
};

class Endpoint {
  public:
    virtual ~Endpoint() = default;
    virtual std::unique_ptr<Session> open(WsClient& client) = 0;
};

} // namespace openclaw::web
