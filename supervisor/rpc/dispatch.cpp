#include "supervisor/rpc/dispatch.h"

#include "common/json/write.h"

namespace openclaw::rpc {

namespace {

constexpr std::string_view handshake_method = "connect";

json::View empty_object() {
    static const auto document = json::Document::parse("{}");
    return document->root();
}

// Absent, null, and for lenient methods anything that is no object, count as {} (PROTOCOL.md 2).
json::View usable(json::View params, const Method& method) {
    if (!params || params.is_null()) return empty_object();
    return method.unknown == Unknown::ignored && !params.is_object() ? empty_object() : params;
}

WireError unauthorized_role(policy::Role role) {
    return invalid_request("unauthorized role: " + std::string(policy::word(role)));
}

} // namespace

void Dispatch::on_message(Peer& peer, std::string_view message) {
    if (const auto document = json::Document::parse(message)) on_document(peer, *document);
    // PROTOCOL.md 2: text that is not JSON is ignored
}

void Dispatch::on_document(Peer& peer, const json::Document& document) {
    RequestFrame frame = read_frame(document.root());
    if (!frame.complaint.empty())
        return Reply(peer.weak_from_this(), std::move(frame.id_json))
            .fail(invalid_request("invalid request frame: " + frame.complaint));
    const Method* method = table_->find(frame.method);
    if (const auto refused = refusal(peer, method, frame))
        return Reply(peer.weak_from_this(), std::move(frame.id_json)).fail(*refused);
    run(peer, *method, usable(frame.params, *method), std::move(frame.id_json));
}

std::optional<WireError> Dispatch::refusal(const Peer& peer, const Method* method,
                                           const RequestFrame& frame) const {
    const bool is_node = peer.role == policy::Role::node;
    const bool for_nodes = method != nullptr && method->scope == node_role;
    if (is_node != for_nodes) {
        if (is_node || method != nullptr) return unauthorized_role(peer.role);
    } else if (for_nodes) {
        return std::nullopt;
    }
    if (method == nullptr) { // PROTOCOL.md 8: unknown methods are checked as admin
        if (!peer.may(policy::scope::admin)) return missing_scope(policy::scope::admin);
        if (frame.method == handshake_method)
            return invalid_request("connect is only valid as the first request");
        return invalid_request("unknown method: " + std::string(frame.method));
    }
    const std::string_view needed =
        method->scope_rule != nullptr ? method->scope_rule(frame.params) : method->scope;
    if (!peer.may(needed)) return missing_scope(needed);
    if (method->admission != Admission::work || refuse_reason_.empty()) return std::nullopt;
    WireError refused = unavailable(
        "gateway is not taking new work: " + refuse_reason_,
        json::Writer().begin_object().member("reason", refuse_reason_).end_object().take());
    refused.retryable = true;
    return refused;
}

void Dispatch::run(Peer& peer, const Method& method, json::View params, std::string id_json) {
    if (!method.params.empty() || method.unknown == Unknown::refused)
        if (const auto problem = complaint(params, method.params, method.unknown))
            return Reply(peer.weak_from_this(), std::move(id_json))
                .fail(invalid_request("invalid " + std::string(method.name) +
                                      " params: " + *problem));
    if (method.is_rationed && !ration_.take(method.name, peer))
        return Reply(peer.weak_from_this(), std::move(id_json)).fail(Ration::refusal(method.name));
    if (method.idempotency == Idempotency::by_key)
        return run_once(peer, method, params, std::move(id_json));
    Call call{
        .peer = peer, .params = params, .reply = Reply(peer.weak_from_this(), std::move(id_json))};
    method.handler(call);
}

// The first use of a key does the work; every other one, now or later, gets the same answer.
void Dispatch::run_once(Peer& peer, const Method& method, json::View params, std::string id_json) {
    std::string key(method.name);
    key.append(1, '\n')
        .append(peer.principal())
        .append(1, '\n')
        .append(params["idempotencyKey"].text());
    const Reply plain(peer.weak_from_this(), id_json);
    if (replays_.begin(key, [plain](const Outcome& outcome) { plain.send(outcome); }) ==
        Replays::Verdict::replayed)
        return;
    const auto remember = [this, key](const Outcome& outcome) { replays_.settle(key, outcome); };
    Call call{.peer = peer,
              .params = params,
              .reply = Reply(peer.weak_from_this(), std::move(id_json), remember)};
    method.handler(call);
}

} // namespace openclaw::rpc
