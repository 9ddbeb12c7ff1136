// What nodes are asked to do.
#include "common/base/strings.h"
#include "supervisor/rpc/nodes.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_timeout_ms = 30'000, max_timeout_ms = 600'000;
constexpr std::size_t max_invocations = 256; // under way, of all nodes

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
constexpr std::size_t max_chunk = 16'384; // published: NodeInvokeProgressParams
constexpr std::array progress_params = {
    required_text("invokeId"), required_text("nodeId"),
    Field{.name = "seq", .kind = Kind::integer, .required = true, .min = 0},
    required_text("chunk", 0, max_chunk)};

constexpr std::string_view get_rules = "system.execApprovals.get",
                           set_rules = "system.execApprovals.set";
constexpr std::array rules_params = {required_text("nodeId")};
constexpr std::array new_rules_params = {
    required_text("nodeId"), Field{.name = "file", .kind = Kind::object},
    Field{.name = "native", .kind = Kind::object}, text("baseHash", 1)};

// What exec.approvals.node.set hands on: all but whom it is for.
std::string rules_order(json::View params) {
    json::Writer out;
    out.begin_object();
    for (const auto* name : {"file", "native", "baseHash"})
        if (params[name]) out.raw_member(name, params[name].dump());
    return out.end_object().take();
}

} // namespace

void Nodes::invoke(Call& call) {
    const auto params = call.params["params"];
    dispatch(call, {.command = text_in(call.params, "command"),
                    .params_json = params ? params.dump() : std::string("{}"),
                    .timeout_ms = call.params["timeoutMs"].integer(default_timeout_ms),
                    .idempotency_key = text_in(call.params, "idempotencyKey")});
}

// The rules of a node are kept by the node itself, and asked for as any other command.
void Nodes::get_exec_rules(Call& call) {
    dispatch(call, {.command = std::string(get_rules),
                    .params_json = "{}",
                    .timeout_ms = default_timeout_ms,
                    .idempotency_key = uuid_v4(),
                    .wants_payload_only = true});
}

void Nodes::set_exec_rules(Call& call) {
    if (bool(call.params["file"]) == bool(call.params["native"]))
        return call.reply.fail(
            invalid_request("invalid exec.approvals.node.set params: either file or native"));
    dispatch(call, {.command = std::string(set_rules),
                    .params_json = rules_order(call.params),
                    .timeout_ms = default_timeout_ms,
                    .idempotency_key = uuid_v4(),
                    .wants_payload_only = true});
}

// Whether the node of the call can be asked for this now; if not, the call is answered.
Peer* Nodes::ready(const Call& call, std::string_view command) {
    const NodeRecord* node = find(call.params["nodeId"].text());
    const auto refuse = [&](const WireError& error) -> Peer* {
        call.reply.fail(error);
        return nullptr;
    };
    if (node == nullptr) return refuse(unknown_node(call.params["nodeId"].text()));
    const auto peer = peers_.find(node->id);
    if (peer == peers_.end()) return refuse(node_not_connected());
    if (!node->approved) return refuse(pairing_changed());
    const auto has = [&](const NodeSurface& surface) {
        return std::ranges::find(surface.commands, command) != surface.commands.end();
    };
    if (!has(*node->approved))
        return refuse(node->pending && has(*node->pending) ? pairing_changed()
                                                           : not_declared(*node, command));
    if (invocations_.size() >= max_invocations)
        return refuse(unavailable("256 invocations of nodes are under way; wait"));
    return peer->second;
}

void Nodes::dispatch(Call& call, NodeOrder order) {
    Peer* peer = ready(call, order.command);
    if (peer == nullptr) return;
    const std::string id = uuid_v4();
    json::Writer event;
    event.begin_object().member("id", id).member("nodeId", peer->device_id);
    event.member("command", order.command).member("paramsJSON", order.params_json);
    event.member("timeoutMs", order.timeout_ms).member("idempotencyKey", order.idempotency_key);
    auto deadline = std::make_unique<Timer>(loop_);
    deadline->start(Milliseconds(order.timeout_ms), [this, id] {
        auto late = invocations_.extract(id);
        if (late.empty()) return;
        late.mapped().reply.fail(unavailable("node invoke timed out",
                                             R"({"code":"TIMEOUT","nodeCommandDispatched":true})"));
        loop_.defer([timer = std::move(late.mapped().deadline)] {}); // not inside its own call
    });
    invocations_.emplace(id, Invocation{.node_id = peer->device_id,
                                        .order = std::move(order),
                                        .reply = call.reply,
                                        .asker = call.peer.weak_from_this(),
                                        .deadline = std::move(deadline)});
    send_to_peer(*peer, "node.invoke.request", event.end_object().take());
}

// What a command prints while it works, to whoever asked for it: in order, each piece once.
void Nodes::on_progress(Call& call) {
    const auto params = call.params;
    const auto found = invocations_.find(params["invokeId"].text());
    const auto sequence = params["seq"].integer();
    const bool is_next = found != invocations_.end() &&
                         found->second.node_id == call.peer.device_id &&
                         sequence >= found->second.next_piece;
    if (!is_next) return call.reply.ok(R"({"ok":true,"ignored":true})");
    found->second.next_piece = sequence + 1;
    call.reply.ok(R"({"ok":true})");
    const auto asker = found->second.asker.lock();
    if (asker == nullptr) return;
    json::Writer event;
    event.begin_object().member("invokeId", found->first).member("nodeId", found->second.node_id);
    event.member("command", found->second.order.command).member("seq", sequence);
    event.member("idempotencyKey", found->second.order.idempotency_key);
    event.member("chunk", params["chunk"].text()).end_object();
    send_to_peer(*asker, "node.invoke.progress", event.take());
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
    if (invocation.order.wants_payload_only && payload && payload->root().is_object())
        return invocation.reply.ok(text);
    if (invocation.order.wants_payload_only)
        return invocation.reply.fail(unavailable("the node answered with something else than JSON",
                                                 R"({"code":"NODE_ERROR"})"));
    json::Writer out;
    out.begin_object().member("ok", true).member("nodeId", invocation.node_id);
    out.member("command", invocation.order.command).key("payload");
    if (payload)
        out.raw(text);
    else
        out.null();
    if (!text.empty()) out.member("payloadJSON", text);
    invocation.reply.ok(out.end_object().text());
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
    table.add({.name = "node.invoke.progress",
               .scope = node_role,
               .params = progress_params,
               .handler = [&](Call& call) { nodes.on_progress(call); }});
    table.add({.name = "exec.approvals.node.get",
               .scope = policy::scope::admin,
               .params = rules_params,
               .handler = [&](Call& call) { nodes.get_exec_rules(call); }});
    table.add({.name = "exec.approvals.node.set",
               .scope = policy::scope::admin,
               .params = new_rules_params,
               .is_rationed = true,
               .handler = [&](Call& call) { nodes.set_exec_rules(call); }});
}

} // namespace openclaw::rpc
