#include "supervisor/rpc/nodes.h"

#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_timeout_ms = 30'000, max_timeout_ms = 600'000;
constexpr std::size_t max_invocations = 256; // under way, of all nodes

WireError unknown_node(std::string_view id) {
    return invalid_request("unknown node: " + std::string(id));
}

WireError not_connected() {
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

WireError not_declared(const NodeRecord& node, std::string_view command) {
    json::Writer details;
    details.begin_object().member("reason", "command not declared by node");
    details.member("command", command).end_object();
    return invalid_request("node command not allowed: the node (platform: " + node.platform +
                               ") does not support \"" + std::string(command) + "\"",
                           details.take());
}

// To one peer, without a number (PROTOCOL.md 11.1).
void send_to(Peer& peer, std::string_view name, std::string payload) {
    web::Event event = web::make_event(name, payload);
    event.sequenced = false;
    peer.send_event(std::make_shared<const web::Event>(std::move(event)));
}

// "fs.listDir", "browser.proxy…" reach further than other commands.
std::string_view invoke_scope(json::View params) {
    const auto command = params["command"].text();
    const bool reaches_far = command.starts_with("browser.proxy") || command == "fs.listDir" ||
                             command == "terminal.upload";
    return reaches_far ? policy::scope::admin : policy::scope::write;
}

std::string node_error_json(json::View error) {
    json::Writer out;
    out.begin_object().member("code", error["code"].text("NODE_ERROR"));
    out.key("nodeError").begin_object().member("code", error["code"].text("NODE_ERROR"));
    out.member("message", error["message"].text("the node failed")).end_object();
    return out.member("nodeCommandDispatched", true).end_object().take();
}

constexpr std::array id_params = {required_text("nodeId")};
constexpr std::array request_params = {required_text("requestId")};
constexpr std::array rename_params = {required_text("nodeId"), required_text("displayName", 1, 64)};
constexpr std::array invoke_params = {required_text("nodeId"),
                                      required_text("command"),
                                      anything("params"),
                                      integer("timeoutMs", 0, max_timeout_ms),
                                      required_text("idempotencyKey", 1, 512),
                                      text("sessionKey"),
                                      text("turnSourceChannel"),
                                      text("turnSourceTo"),
                                      text("turnSourceAccountId"),
                                      anything("turnSourceThreadId")};
constexpr std::array result_params = {required_text("id"),
                                      required_text("nodeId"),
                                      Field{.name = "ok", .kind = Kind::boolean, .required = true},
                                      anything("payload"),
                                      text("payloadJSON"),
                                      Field{.name = "error", .kind = Kind::object}};
constexpr std::array event_params = {required_text("event"), anything("payload"),
                                     text("payloadJSON")};

} // namespace

Nodes::Nodes(Loop& loop, Events& events, NodeStore& store)
    : loop_(loop)
    , events_(events)
    , store_(store) {
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
    if (tell_node && peer != peers_.end()) send_to(*peer->second, "node.pair.resolved", out.take());
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

// Doing

void Nodes::invoke(Call& call) {
    const auto command = call.params["command"].text();
    const NodeRecord* node = find(call.params["nodeId"].text());
    if (node == nullptr) return call.reply.fail(unknown_node(call.params["nodeId"].text()));
    const auto peer = peers_.find(node->id);
    if (peer == peers_.end()) return call.reply.fail(not_connected());
    if (!node->approved) return call.reply.fail(pairing_changed());
    const auto& commands = node->approved->commands;
    if (std::ranges::find(commands, command) == commands.end()) {
        const bool waits = node->pending && std::ranges::find(node->pending->commands, command) !=
                                                node->pending->commands.end();
        return call.reply.fail(waits ? pairing_changed() : not_declared(*node, command));
    }
    if (invocations_.size() >= max_invocations)
        return call.reply.fail(unavailable("256 invocations of nodes are under way; wait"));
    dispatch(call, *node, *peer->second);
}

void Nodes::dispatch(Call& call, const NodeRecord& node, Peer& peer) {
    const std::string id = uuid_v4(), command(call.params["command"].text());
    const auto timeout = call.params["timeoutMs"].integer(default_timeout_ms);
    const auto params = call.params["params"];
    json::Writer event;
    event.begin_object().member("id", id).member("nodeId", node.id).member("command", command);
    event.member("paramsJSON", params ? params.dump() : std::string("{}"));
    event.member("timeoutMs", timeout)
        .member("idempotencyKey", call.params["idempotencyKey"].text())
        .end_object();
    auto deadline = std::make_unique<Timer>(loop_);
    deadline->start(Milliseconds(timeout), [this, id] {
        auto late = invocations_.extract(id);
        if (late.empty()) return;
        late.mapped().reply.fail(unavailable("node invoke timed out",
                                             R"({"code":"TIMEOUT","nodeCommandDispatched":true})"));
        loop_.defer([timer = std::move(late.mapped().deadline)] {}); // not inside its own call
    });
    invocations_.emplace(id, Invocation{.node_id = node.id,
                                        .command = command,
                                        .reply = call.reply,
                                        .deadline = std::move(deadline)});
    send_to(peer, "node.invoke.request", event.take());
}

void Nodes::on_result(Call& call) {
    const auto params = call.params;
    const auto found = invocations_.find(params["id"].text());
    const bool is_its_own =
        found != invocations_.end() && found->second.node_id == call.peer.device_id;
    if (!is_its_own) // too late, or never asked: told, and no harm done
        return call.reply.ok(R"({"ok":true,"ignored":true})");
    auto done = invocations_.extract(found);
    const Invocation& invocation = done.mapped();
    call.reply.ok(R"({"ok":true})");
    if (!params["ok"].boolean())
        return invocation.reply.fail(
            unavailable(std::string(params["error"]["message"].text("the node failed")),
                        node_error_json(params["error"])));
    std::string text(params["payloadJSON"].text());
    if (text.empty() && params["payload"]) text = params["payload"].dump();
    const auto payload = json::Document::parse(text);
    json::Writer out;
    out.begin_object().member("ok", true).member("nodeId", invocation.node_id);
    out.member("command", invocation.command).key("payload");
    if (payload)
        out.raw(text);
    else
        out.null();
    if (!text.empty()) out.member("payloadJSON", text);
    invocation.reply.ok(out.end_object().text());
}

void Nodes::on_event(Call& call) {
    NodeRecord* node = find(call.peer.device_id);
    if (node == nullptr || !node->approved) return call.reply.fail(pairing_changed());
    const auto name = call.params["event"].text();
    std::string text(call.params["payloadJSON"].text());
    if (text.empty() && call.params["payload"]) text = call.params["payload"].dump();
    std::string_view reason = "unsupported";
    node->last_seen_at_ms = loop_.clock().unix_ms();
    if (name == "node.presence.alive") {
        node->last_seen_reason = "alive";
        store_.keep(node->id, to_json(*node));
        reason = "persisted";
    } else if (name == "node.host.stats") {
        const auto stats = json::Document::parse(text);
        if (!stats || !stats->root().is_object())
            return call.reply.fail(invalid_request("node.host.stats needs an object"));
        std::string json = stats->root().dump();
        json.pop_back();
        node->host_stats_json = json + (json.size() > 1 ? "," : "") + R"("updatedAtMs":)" +
                                std::to_string(node->last_seen_at_ms) + "}";
        reason = "updated";
        events_.send({.name = "node.hostStats",
                      .payload = R"({"nodeId":)" + json::quoted(node->id) + R"(,"hostStats":)" +
                                 node->host_stats_json + "}",
                      .drop_if_slow = true});
    }
    json::Writer out;
    out.begin_object().member("ok", true).member("event", name);
    out.member("handled", reason != "unsupported").member("reason", reason);
    call.reply.ok(out.end_object().text());
}

// Nothing is put off for a node that is away: an invocation says at once that it is.
void Nodes::pull(Call& call) const {
    json::Writer out;
    out.begin_object().member("nodeId", call.peer.device_id);
    call.reply.ok(out.key("actions").begin_array().end_array().end_object().text());
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
    table.add({.name = "node.invoke",
               .scope = policy::scope::write,
               .scope_rule = invoke_scope,
               .admission = Admission::work,
               .idempotency = Idempotency::by_key,
               .params = invoke_params,
               .handler = [&](Call& call) { nodes.invoke(call); }});
    add("node.invoke.result", node_role, result_params, [&](Call& call) { nodes.on_result(call); });
    add("node.event", node_role, event_params, [&](Call& call) { nodes.on_event(call); });
    add("node.pending.pull", node_role, {}, [&](Call& call) { nodes.pull(call); });
    // The programs that skills need; there are no skills.
    add("skills.bins", node_role, {}, [](Call& call) { call.reply.ok(R"({"bins":[]})"); });
}

} // namespace openclaw::rpc
