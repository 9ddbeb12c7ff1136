// What nodes are asked to do, and what they say of themselves.
#include "common/base/strings.h"
#include "supervisor/rpc/nodes.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_timeout_ms = 30'000, max_timeout_ms = 600'000;
constexpr std::size_t max_invocations = 256; // under way, of all nodes

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

void Nodes::invoke(Call& call) {
    const auto command = call.params["command"].text();
    const NodeRecord* node = find(call.params["nodeId"].text());
    if (node == nullptr) return call.reply.fail(unknown_node(call.params["nodeId"].text()));
    const auto peer = peers_.find(node->id);
    if (peer == peers_.end()) return call.reply.fail(node_not_connected());
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
    send_to_node(peer, "node.invoke.request", event.take());
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

void add_node_invoke(MethodTable& table, Nodes& nodes) {
    table.add({.name = "node.invoke",
               .scope = policy::scope::write,
               .scope_rule = invoke_scope,
               .admission = Admission::work,
               .idempotency = Idempotency::by_key,
               .params = invoke_params,
               .handler = [&](Call& call) { nodes.invoke(call); }});
    table.add({.name = "node.invoke.result",
               .scope = node_role,
               .params = result_params,
               .unknown = Unknown::refused,
               .handler = [&](Call& call) { nodes.on_result(call); }});
    table.add({.name = "node.event",
               .scope = node_role,
               .params = event_params,
               .unknown = Unknown::refused,
               .handler = [&](Call& call) { nodes.on_event(call); }});
    table.add({.name = "node.pending.pull",
               .scope = node_role,
               .unknown = Unknown::ignored,
               .handler = [&](Call& call) { nodes.pull(call); }});
}

} // namespace openclaw::rpc
