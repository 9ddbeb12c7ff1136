#include "supervisor/rpc/ws_session.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/log/log.h"
#include "supervisor/rpc/frame.h"
#include "supervisor/rpc/refusal.h"

namespace openclaw::rpc {

namespace {

constexpr std::uint16_t normal_closure = 1000, policy_violation = 1008; // RFC 6455 7.4.1
constexpr std::uint16_t try_again_later = 1013; // IANA, WebSocket close codes

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
    switch (stage_) {
    case Stage::admitted:
        return take(message);
    case Stage::newcomer:
        return on_first_message(message);
    case Stage::judged: // its device is being written down
        return client_.close(policy_violation, "invalid handshake: wait for the answer to connect");
    }
}

void WsSession::take(std::string_view message) {
    if (is_reading_) {
        held_.emplace_back(message);
        return;
    }
    if (message.size() <= JsonReader::short_text)
        return door_.parts().dispatch.on_message(*peer_, message);
    is_reading_ = true;
    client_.stop_reading();
    door_.reader().read(std::string(message), [this, alive = std::weak_ptr(alive_)](
                                                  const Result<json::Document>& document) {
        if (!alive.expired()) on_read(document);
    });
}

void WsSession::on_read(const Result<json::Document>& document) {
    is_reading_ = false;
    if (document)
        door_.parts().dispatch.on_document(*peer_, *document);
    else if (document.error().code == Code::busy)
        client_.close(try_again_later, document.error().sentence);
    while (!held_.empty() && !is_reading_) {
        const std::string message = std::move(held_.front());
        held_.pop_front();
        take(message);
    }
    if (!is_reading_) client_.go_on_reading();
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

Verdict WsSession::verdict_on(json::View params) const {
    const auto& settings = door_.settings();
    const web::Arrival& from = client_.arrival();
    return judge({.params = params,
                  .from = from,
                  .gate = settings.gate,
                  .allowed_origins = settings.allowed_origins,
                  .challenge = nonce_,
                  .now_ms = door_.parts().loop.clock().unix_ms(),
                  .is_starting = settings.is_starting,
                  .locked_for =
                      [this, &from](std::string_view credential) {
                          return door_.locked_for(from, credential);
                      },
                  .devices = &door_.parts().devices.book(),
                  .approves_locally = settings.approves_devices_locally});
}

void WsSession::connect(json::View params, std::string_view id_json) {
    stage_ = Stage::judged;
    params["commands"].each_element([this](json::View command) {
        peer_->commands.emplace_back(command.text());
        return true;
    });
    Verdict verdict = verdict_on(params);
    const web::Arrival& from = client_.arrival();
    if (!verdict.proved.empty()) door_.count(from, verdict.proved, true);
    if (!verdict.refused.wrong.empty()) door_.count(from, verdict.refused.wrong, false);
    if (verdict.admitted) return enter(*std::move(verdict.admitted), std::string(id_json));
    if (!verdict.asking) return refuse(verdict.refused, id_json);
    auto& devices = door_.parts().devices;
    const std::string request_id = devices.ask(*verdict.asking);
    const auto* known = devices.book().find(verdict.asking->visitor.device_id);
    refuse(refuse_unpaired(*verdict.asking, request_id, known), id_json);
}

void WsSession::enter(Admitted admitted, std::string id_json) {
    if (admitted.entry == Entry::no_device) return admit(admitted, id_json, {});
    auto& devices = door_.parts().devices;
    devices.enter(admitted, [this, alive = std::weak_ptr(alive_), admitted,
                             id_json = std::move(id_json)](Result<Grant> grant) {
        if (!alive.expired()) on_entered(admitted, id_json, std::move(grant));
    });
}

void WsSession::on_entered(const Admitted& admitted, std::string_view id_json,
                           Result<Grant> grant) {
    if (!grant) return refuse(rpc::refuse(to_wire(grant.error())), id_json);
    const auto* device = door_.parts().devices.book().find(admitted.device_id);
    if (device == nullptr || device->token_of(admitted.visitor.role) == nullptr)
        return refuse(refuse_device_token(), id_json); // taken away while it was being written
    admit(admitted, id_json, std::move(*grant));
}

void WsSession::admit(const Admitted& admitted, std::string_view id_json, Grant tokens) {
    stage_ = Stage::admitted;
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
    door_.greet(*peer_, id_json, {.recovery_scope = {}, .tokens = std::move(tokens)});
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
