// rpc/front_door.h — everything between a new connection and its first request: challenge, connect,
// hello-ok.
//
// Owns no method. What outlives a reload (events, presence, attempts) is held by reference; the
// decisions of one configuration are replaced with use(). Implements web::Endpoint for WebSockets;
// the control socket brings its own peers, who are the local owner and need no handshake.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/auth/attempt_limit.h"
#include "supervisor/auth/token.h"
#include "supervisor/rpc/dispatch.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/hello.h"
#include "supervisor/rpc/json_reader.h"
#include "supervisor/rpc/presence.h"
#include "supervisor/web/endpoint.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

// Decisions of one configuration.
struct DoorSettings {
    auth::Gate gate;
    std::vector<std::string> allowed_origins; // gateway.controlUi.allowedOrigins
    bool approves_devices_locally = true;     // gateway.nodes.pairing.autoApproveLocal
    bool is_starting = false; // every connect is told to come back (PROTOCOL.md 4, step 3)
};

struct DoorParts {
    Loop& loop;
    Dispatch& dispatch;
    Events& events;
    Presence& presence;
    HealthSnapshot& health;
    const GatewayFacts& facts;
    auth::AttemptLimit& attempts;
    DeviceDesk& devices;
};

enum class BearerVerdict { accepted, wrong, locked_out };

struct BearerAnswer {
    BearerVerdict verdict = BearerVerdict::wrong;
    Milliseconds locked_for{0};
};

class FrontDoor final : public web::Endpoint {
  public:
    FrontDoor(DoorParts parts, DoorSettings settings);

    void use(DoorSettings settings) { settings_ = std::move(settings); }

    const DoorSettings& settings() const { return settings_; }

    DoorParts& parts() { return parts_; }

    // Of everything that comes in by the doors.
    JsonReader& reader() { return reader_; }

    std::unique_ptr<web::Session> open(web::WsClient& client) override;

    // Does `Authorization: Bearer` hold? Counts wrong ones, and listens to nobody who was wrong too
    // often. For HTTP.
    BearerAnswer check_bearer(std::string_view bearer, const web::Arrival& from);

    // Closes, in the next turn of the loop, what the gate let in: by the shared secret, by a
    // proxy's word, or because nothing was asked. The gate asks for something else now. They hear
    // what they would at a restart, and come back.
    void send_away_secret_holders();

    // Wrong credentials of this source, for the handshake.
    std::optional<Milliseconds> locked_for(const web::Arrival& from, std::string_view credential);
    void count(const web::Arrival& from, std::string_view credential, bool was_right);

    // The control socket's side. `peer` has every scope from the start; events begin with its
    // `connect`.
    void welcome_local(Peer& peer);
    void on_local_message(Peer& peer, std::string_view message);
    void leave(Peer& peer); // before it dies; harmless for one that never joined

    // hello-ok, and from now on events.
    void greet(Peer& peer, std::string_view id_json, HelloSecrets secrets = {});

  private:
    bool greets(Peer& peer, std::string_view message); // it was `connect`

    DoorParts parts_;
    DoorSettings settings_;
    JsonReader reader_;
};

} // namespace openclaw::rpc
