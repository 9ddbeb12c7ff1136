// rpc/peer.h — somebody who asks: a WebSocket client after its handshake, or a local owner on the
// control socket.
//
// Handlers see a Peer and never learn which kind it is. Peers are shared: an answer that comes
// later holds a weak reference, and finds it empty when the peer has gone. All on the loop.
#pragma once

#include "supervisor/policy/scopes.h"
#include "supervisor/web/event.h"

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

// What `connect` said about the program at the other end.
struct ClientInfo {
    std::string id, mode, version, platform;
    std::string display_name, device_family, instance_id, time_zone;
};

struct Subscriptions {
    bool sessions = false;                               // sessions.changed
    std::set<std::string, std::less<>> session_messages; // session.message of these keys
    std::set<std::string, std::less<>> viewed_sessions;  // on the client's screen
};

class Peer : public std::enable_shared_from_this<Peer> {
  public:
    Peer() = default;
    virtual ~Peer() = default;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    // One frame made of `parts`, in order: nothing is glued together before the last moment.
    virtual void send_parts(std::span<const std::string_view> parts) = 0;
    virtual void send_event(const web::SharedEvent& event) = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    virtual bool is_direct_local() const = 0;

    void send_text(std::string_view text) { send_parts({&text, 1}); }

    bool may(std::string_view needed) const {
        return needed.empty() || policy::allows(scopes, needed);
    }

    std::string connection_id;
    policy::Role role = policy::Role::operator_role;
    policy::Scopes scopes; // granted, in the order they were asked for
    ClientInfo client;
    std::string device_id;   // empty: none shown
    std::string auth_method; // hello.auth.method
    std::string ip;
    std::vector<std::string> caps;
    std::vector<std::string> commands; // what a node says it can do
    Subscriptions subscriptions;
    bool receives_events = false; // after hello-ok
    std::int64_t connected_at_ms = 0;

    // One name for "the same caller": idempotency keys of different callers do not meet
    // (PROTOCOL.md 14).
    std::string_view principal() const {
        return device_id.empty() ? std::string_view("owner") : device_id;
    }
};

} // namespace openclaw::rpc
