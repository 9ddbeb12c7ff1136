#include "supervisor/rpc/ws_session.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/rpc/frame.h"

namespace openclaw::rpc {

namespace {

constexpr std::uint16_t normal_closure = 1000, policy_violation = 1008; // RFC 6455 7.4.1

} // namespace

void WsPeer::send_parts(std::span<const std::string_view> parts) {
    if (socket_ != nullptr) socket_->send(parts);
}

void WsPeer::send_event(const web::SharedEvent& event) {
    if (socket_ != nullptr) socket_->send_event(event);
}

void WsPeer::close(std::uint16_t code, std::string_view reason) {
    if (socket_ != nullptr) socket_->close(code, reason);
}

bool WsPeer::is_direct_local() const {
    return socket_ != nullptr && socket_->arrival().direct_local;
}

WsSession::WsSession(FrontDoor& door, web::WsClient& client)
    : door_(door)
    , client_(client)
    , peer_(std::make_shared<WsPeer>(client))
    , nonce_(uuid_v4()) {
    peer_->connection_id = uuid_v4();
    peer_->ip = client.arrival().ip;
    challenge();
}

WsSession::~WsSession() {
    door_.leave(*peer_);
    peer_->detach();
}

void WsSession::challenge() {
    json::Writer payload;
    payload.begin_object()
        .member("nonce", nonce_)
        .member("ts", door_.parts().loop.clock().unix_ms())
        .end_object();
    web::Event event = web::make_event("connect.challenge", payload.text());
    event.sequenced = false;
    client_.send_event(std::make_shared<const web::Event>(std::move(event)));
}

void WsSession::on_message(std::string_view message) {
    if (is_admitted_)
        door_.parts().dispatch.on_message(*peer_, message);
    else
        on_first_message(message);
}

// PROTOCOL.md 4, step 1: no JSON is closed without a word, no frame with a word, another method
// with an answer.
void WsSession::on_first_message(std::string_view message) {
    const auto document = json::Document::parse(message);
    if (!document) return client_.close(normal_closure, {});
    const RequestFrame frame = read_frame(document->root());
    if (!frame.complaint.empty()) return client_.close(policy_violation, "invalid request frame");
    if (frame.method == "connect") return connect(frame.params, frame.id_json);
    const std::string sentence = "invalid handshake: first request must be connect";
    refuse({.error = invalid_request(sentence),
            .close_code = policy_violation,
            .close_reason = sentence},
           frame.id_json);
}

void WsSession::connect(json::View params, std::string_view id_json) {
    auto& parts = door_.parts();
    const web::Arrival& from = client_.arrival();
    const auto& gate = door_.settings().gate;
    const auto source =
        auth::attempt_source(from.ip, from.direct_local, from.origin, auth::name(gate.mode));
    HandshakeQuestion question{.params = params,
                               .from = from,
                               .gate = gate,
                               .allowed_origins = door_.settings().allowed_origins,
                               .challenge = nonce_,
                               .now_ms = parts.loop.clock().unix_ms(),
                               .is_starting = door_.settings().is_starting};
    if (source) question.locked_for = parts.attempts.locked_for(*source);
    const Verdict verdict = judge(question);
    if (verdict.admitted) {
        if (source && verdict.used_shared_secret) parts.attempts.succeeded(*source);
        return admit(*verdict.admitted, id_json);
    }
    if (source && verdict.refused.was_wrong_credential) parts.attempts.failed(*source);
    refuse(verdict.refused, id_json);
}

void WsSession::admit(const Admitted& admitted, std::string_view id_json) {
    is_admitted_ = true;
    peer_->role = admitted.role;
    peer_->scopes = admitted.scopes;
    peer_->auth_method = admitted.auth_method;
    peer_->device_id = admitted.device_id;
    peer_->client = admitted.client;
    peer_->caps = admitted.caps;
    peer_->connected_at_ms = door_.parts().loop.clock().unix_ms();
    client_.admit();
    log::debug("rpc.connected", {{"connection", peer_->connection_id},
                                 {"client", peer_->client.id},
                                 {"mode", peer_->client.mode},
                                 {"ip", peer_->ip}});
    door_.greet(*peer_, id_json);
}

// The answer first, then the close: clients decide by the answer (PROTOCOL.md 9).
void WsSession::refuse(const Refused& refused, std::string_view id_json) {
    log::debug("rpc.refused", {{"connection", peer_->connection_id},
                               {"ip", peer_->ip},
                               {"reason", refused.close_reason}});
    Reply(peer_, std::string(id_json)).fail(refused.error);
    client_.close(refused.close_code, refused.close_reason);
}

} // namespace openclaw::rpc
