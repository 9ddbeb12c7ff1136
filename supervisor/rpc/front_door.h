// rpc/front_door.h — everything between a new connection and its first request: challenge, connect,
// hello-ok.
//
// Owns no method. Holds what outlives a reload (events, attempt limit) by reference, and the
// decisions (gate, origins, facts for hello-ok) by value, replaced with use(). Implements
// web::Endpoint for WebSockets; the control socket asks admit_local().
#pragma once

#include "common/loop/loop.h"
#include "supervisor/auth/attempt_limit.h"
#include "supervisor/auth/token.h"
#include "supervisor/rpc/dispatch.h"
#include "supervisor/rpc/events.h"
#include "supervisor/web/endpoint.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::rpc {

class Presence;
class HealthSnapshot;

// Decisions of one configuration.
struct DoorSettings {
    auth::Gate gate;
    std::vector<std::string> allowed_origins; // gateway.controlUi.allowedOrigins; "*" allows any
    std::string default_agent_id = "main";
    bool model_configured = false;
    std::string config_path, state_directory; // shown to operators with admin
    std::string applied_config_hash;
    bool starting = false; // every connect is answered "gateway starting" (PROTOCOL.md 4, step 3)
};

struct DoorParts {
    Loop& loop;
    Dispatch& dispatch;
    Events& events;
    Presence& presence;
    HealthSnapshot& health;
    auth::AttemptLimit& attempts;
    std::string boot_id; // one per process
    Instant started;
};

class FrontDoor final : public web::Endpoint {
  public:
    FrontDoor(DoorParts parts, DoorSettings settings);

    void use(DoorSettings settings);

    const DoorSettings& settings() const { return settings_; }

    std::unique_ptr<web::Session> open(web::WsClient& client) override;

    // A connection of the local owner: every scope, no handshake. Call when it opens.
    void admit_local(Peer& peer);
    // One frame of a local connection: `connect` is answered with hello-ok, the rest is dispatched.
    void on_local_message(Peer& peer, std::string_view message);
    void left(Peer& peer);

    std::string hello(const Peer& peer) const; // the payload

    DoorParts& parts() { return parts_; }

  private:
    DoorParts parts_;
    DoorSettings settings_;
};

} // namespace openclaw::rpc
