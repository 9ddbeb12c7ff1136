#include "supervisor/rpc/front_door.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "supervisor/rpc/frame.h"
#include "supervisor/rpc/hello.h"
#include "supervisor/rpc/ws_session.h"

namespace openclaw::rpc {

namespace {

// Not by the gate's rule, but by the user id of the local owner or by what its device was given.
bool has_proof_of_its_own(const Peer& peer) {
    return peer.auth_method == "local" || peer.auth_method == "device-token" ||
           peer.auth_method == "bootstrap-token";
}

constexpr std::uint16_t service_restart = 1012; // PROTOCOL.md 9

} // namespace

FrontDoor::FrontDoor(DoorParts parts, DoorSettings settings)
    : parts_(parts)
    , settings_(std::move(settings))
    , reader_(parts_.loop) {}

std::unique_ptr<web::Session> FrontDoor::open(web::WsClient& client) {
    return std::make_unique<WsSession>(*this, client);
}

BearerAnswer FrontDoor::check_bearer(std::string_view bearer, const web::Arrival& from) {
    if (const auto left = locked_for(from, auth::credential::shared_secret))
        return {BearerVerdict::locked_out, *left};
    const bool holds = auth::check_bearer(settings_.gate, bearer);
    count(from, auth::credential::shared_secret, holds);
    return {holds ? BearerVerdict::accepted : BearerVerdict::wrong, Milliseconds(0)};
}

std::optional<Milliseconds> FrontDoor::locked_for(const web::Arrival& from,
                                                  std::string_view credential) {
    const auto source =
        parts_.attempts.source_of({from.ip, from.direct_local, from.origin}, credential);
    return source ? parts_.attempts.locked_for(*source) : std::nullopt;
}

void FrontDoor::count(const web::Arrival& from, std::string_view credential, bool was_right) {
    const auto source =
        parts_.attempts.source_of({from.ip, from.direct_local, from.origin}, credential);
    if (!source) return;
    if (was_right) return parts_.attempts.succeeded(*source);
    parts_.attempts.failed(*source);
    log::info("auth.wrong_credential",
              {{"ip", from.ip}, {"origin", from.origin}, {"credential", credential}});
}

void FrontDoor::send_away_secret_holders() {
    parts_.loop.defer([this] {
        for (Peer* peer : parts_.events.peers())
            if (!has_proof_of_its_own(*peer)) peer->close(service_restart, "service restart");
    });
}

void FrontDoor::welcome_local(Peer& peer) {
    peer.connection_id = uuid_v4();
    peer.role = policy::Role::operator_role;
    peer.scopes = policy::operator_scopes();
    peer.auth_method = "local";
    peer.connected_at_ms = parts_.loop.clock().unix_ms();
}

void FrontDoor::on_local_message(Peer& peer, std::string_view message) {
    if (!peer.receives_events && greets(peer, message)) return;
    parts_.dispatch.on_message(peer, message);
    const Subscriptions& wanted = peer.subscriptions;
    if (!peer.receives_events && (wanted.sessions || !wanted.session_messages.empty()))
        parts_.events.join(peer);
}

bool FrontDoor::greets(Peer& peer, std::string_view message) {
    if (!message.contains("\"connect\"")) return false; // nearly always: read once, by dispatch
    const auto document = json::Document::parse(message);
    if (!document) return false;
    const RequestFrame frame = read_frame(document->root());
    if (!frame.complaint.empty() || frame.method != "connect") return false;
    const auto client = frame.params["client"];
    peer.client.id = client["id"].text("cli");
    peer.client.mode = client["mode"].text("cli");
    peer.client.version = client["version"].text();
    greet(peer, frame.id_json);
    return true;
}

void FrontDoor::greet(Peer& peer, std::string_view id_json, HelloSecrets secrets) {
    const HelloParts parts{.methods = parts_.dispatch.table(),
                           .events = parts_.events,
                           .presence = parts_.presence,
                           .health = parts_.health,
                           .facts = parts_.facts,
                           .now_ms = parts_.loop.clock().unix_ms()};
    if (secrets.recovery_scope.empty())
        secrets.recovery_scope = parts_.devices.recovery_scope(peer.principal());
    Reply(peer.weak_from_this(), std::string(id_json)).ok(hello_payload(peer, parts, secrets));
    parts_.events.join(peer);
    parts_.presence.arrived(peer);
}

void FrontDoor::leave(Peer& peer) {
    if (!peer.receives_events) return;
    parts_.events.leave(peer);
    parts_.presence.left(peer);
}

} // namespace openclaw::rpc
