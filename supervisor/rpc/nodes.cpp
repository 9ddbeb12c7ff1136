#include "supervisor/rpc/nodes.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::array id_params = {required_text("nodeId")};
constexpr std::array request_params = {required_text("requestId")};
constexpr std::array rename_params = {required_text("nodeId"), required_text("displayName", 1, 64)};

} // namespace

WireError unknown_node(std::string_view id) {
    return invalid_request("unknown node: " + std::string(id));
}

WireError node_not_connected() {
    return unavailable("node not connected",
                       R"({"code":"NOT_CONNECTED","nodeError":{"code":"NOT_CONNECTED",)"
                       R"("message":"node not connected"},"nodeCommandDispatched":false})");
}

WireError pairing_changed() {
    WireError error = unavailable("the node's commands are not approved; approve them and retry",
                                  R"({"code":"PAIRING_CHANGED"})");
    error.retryable = true;
    return error;
}

void send_to_peer(Peer& peer, std::string_view name, std::string payload) {
    web::Event event = web::make_event(name, payload);
    event.sequenced = false;
    peer.send_event(std::make_shared<const web::Event>(std::move(event)));
}

Nodes::Nodes(Loop& loop, Events& events, NodeStore& store)
    : loop_(loop)
    , events_(events)
    , store_(store)
    , work_(loop.clock()) {
    for (const auto& [id, json] : store.load())
        nodes_.emplace(id, node_from(id, json));
    events_.watch([this](Peer& peer, bool is_here) {
        if (is_here)
            arrived(peer);
        else
            left(peer);
    });
}

NodeRecord* Nodes::find(std::string_view id) {
    const auto found = nodes_.find(id);
    return found == nodes_.end() ? nullptr : &found->second;
}

NodeRecord* Nodes::find_request(std::string_view request_id) {
    for (auto& [id, node] : nodes_)
        if (node.pending && node.request_id == request_id) return &node;
    return nullptr;
}

// Coming and going

void Nodes::arrived(Peer& peer) {
    if (peer.role != policy::Role::node || peer.device_id.empty()) return;
    NodeRecord& node = nodes_[peer.device_id];
    learn(node, peer, loop_.clock().unix_ms());
    peers_[node.id] = &peer;
    store_.keep(node.id, to_json(node));
    claim(node, allowed_claim(peer));
}

// What is new or wider than what was approved waits for an operator.
void Nodes::claim(NodeRecord& node, NodeSurface surface) {
    if (node.approved && node.approved->holds(surface)) return;
    if (node.pending && *node.pending == surface) return; // asked already
    node.pending = std::move(surface);
    node.request_id = uuid_v4();
    node.requested_at_ms = loop_.clock().unix_ms();
    json::Writer event;
    write_pending(event, node);
    events_.send({.name = "node.pair.requested", .payload = event.take()});
}

void Nodes::left(Peer& peer) {
    const auto at = peers_.find(peer.device_id);
    if (at == peers_.end() || at->second != &peer) return;
    peers_.erase(at);
    NodeRecord* node = find(peer.device_id);
    if (node == nullptr) return;
    node->connected_at_ms = 0;
    node->last_seen_at_ms = loop_.clock().unix_ms();
    node->last_seen_reason = "disconnect";
    store_.keep(node->id, to_json(*node));
    fail_invocations_of(node->id);
}

void Nodes::fail_invocations_of(const std::string& node_id) {
    for (auto at = invocations_.begin(); at != invocations_.end();) {
        if (at->second.node_id != node_id) {
            ++at;
            continue;
        }
        at->second.reply.fail(
            unavailable("the node went away before it answered",
                        R"({"code":"NOT_CONNECTED","nodeCommandDispatched":true})"));
        at = invocations_.erase(at);
    }
}

// Looking

void Nodes::list(Call& call) const {
    json::Writer out;
    out.begin_object().member("ts", loop_.clock().unix_ms()).key("nodes").begin_array();
    for (const auto& [id, node] : nodes_) {
        out.begin_object();
        write_node(out, node);
        out.end_object();
    }
    call.reply.ok(out.end_array().end_object().text());
}

void Nodes::describe(Call& call) const {
    const auto found = nodes_.find(call.params["nodeId"].text());
    if (found == nodes_.end()) return call.reply.fail(unknown_node(call.params["nodeId"].text()));
    json::Writer out;
    out.begin_object().member("ts", loop_.clock().unix_ms());
    write_node(out, found->second);
    call.reply.ok(out.end_object().text());
}

void Nodes::list_pairs(Call& call) const {
    json::Writer out;
    out.begin_object().key("pending").begin_array();
    for (const auto& [id, node] : nodes_)
        if (node.pending) write_pending(out, node);
    out.end_array().key("paired").begin_array();
    for (const auto& [id, node] : nodes_)
        if (node.approved) write_paired(out, node);
    call.reply.ok(out.end_array().end_object().text());
}

// Deciding

void Nodes::approve(Call& call) {
    NodeRecord* node = find_request(call.params["requestId"].text());
    if (node == nullptr) return call.reply.fail(invalid_request("unknown requestId"));
    for (const auto& scope : scopes_to_approve(*node->pending))
        if (!call.peer.may(scope)) return call.reply.fail(missing_scope(scope));
    const std::string request_id = node->request_id;
    node->approved = std::move(node->pending);
    node->pending.reset();
    node->approved_at_ms = loop_.clock().unix_ms();
    store_.keep(node->id, to_json(*node));
    resolved(request_id, node->id, "approved", true);
    json::Writer out;
    out.begin_object().member("requestId", request_id).key("node");
    write_paired(out, *node);
    call.reply.ok(out.end_object().text());
}

void Nodes::reject(Call& call) {
    NodeRecord* node = find_request(call.params["requestId"].text());
    if (node == nullptr) return call.reply.fail(invalid_request("unknown requestId"));
    const std::string request_id = node->request_id;
    node->pending.reset();
    resolved(request_id, node->id, "rejected", true);
    json::Writer out;
    out.begin_object().member("requestId", request_id).member("nodeId", node->id);
    call.reply.ok(out.end_object().text());
}

// Its approval goes; a node that is connected asks anew with its next connect.
void Nodes::remove(Call& call) {
    const std::string id(call.params["nodeId"].text());
    if (find(id) == nullptr) return call.reply.fail(unknown_node(id));
    const auto peer = peers_.find(id);
    if (peer != peers_.end()) peer->second->close(4001, "device removed"); // PROTOCOL.md 9
    peers_.erase(id);
    fail_invocations_of(id);
    nodes_.erase(id);
    work_.forget(id);
    store_.forget(id);
    resolved({}, id, "removed", false);
    json::Writer out;
    call.reply.ok(out.begin_object().member("nodeId", id).end_object().text());
}

void Nodes::resolved(const std::string& request_id, const std::string& node_id,
                     std::string_view decision, bool tell_node) {
    json::Writer out;
    out.begin_object().member("requestId", request_id).member("nodeId", node_id);
    out.member("decision", decision).member("ts", loop_.clock().unix_ms()).end_object();
    events_.send({.name = "node.pair.resolved", .payload = out.text()});
    const auto peer = peers_.find(node_id);
    if (tell_node && peer != peers_.end())
        send_to_peer(*peer->second, "node.pair.resolved", out.take());
}

void Nodes::rename(Call& call) {
    NodeRecord* node = find(call.params["nodeId"].text());
    if (node == nullptr) return call.reply.fail(unknown_node(call.params["nodeId"].text()));
    node->display_name = call.params["displayName"].text();
    store_.keep(node->id, to_json(*node));
    json::Writer out;
    out.begin_object().member("nodeId", node->id).member("displayName", node->display_name);
    call.reply.ok(out.end_object().text());
}

void add_nodes(MethodTable& table, Nodes& nodes) {
    const auto add = [&](std::string_view name, std::string_view scope,
                         std::span<const Field> params, Handler handler) {
        table.add({.name = name,
                   .scope = scope,
                   .params = params,
                   .unknown = params.empty() ? Unknown::ignored : Unknown::refused,
                   .handler = std::move(handler)});
    };
    using policy::scope::pairing, policy::scope::read;
    add("node.list", read, {}, [&](Call& call) { nodes.list(call); });
    add("node.describe", read, id_params, [&](Call& call) { nodes.describe(call); });
    add("node.pair.list", pairing, {}, [&](Call& call) { nodes.list_pairs(call); });
    add("node.pair.approve", pairing, request_params, [&](Call& call) { nodes.approve(call); });
    add("node.pair.reject", pairing, request_params, [&](Call& call) { nodes.reject(call); });
    add("node.pair.remove", pairing, id_params, [&](Call& call) { nodes.remove(call); });
    add("node.rename", pairing, rename_params, [&](Call& call) { nodes.rename(call); });
    add_node_invoke(table, nodes);
    add_node_event(table, nodes);
    add_node_pending(table, nodes);
    // The programs that skills need; there are no skills.
    add("skills.bins", node_role, {}, [](Call& call) { call.reply.ok(R"({"bins":[]})"); });
}

} // namespace openclaw::rpc
