// What nodes say of themselves.
#include "supervisor/rpc/absent.h"
#include "supervisor/rpc/nodes.h"

#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t max_idle_seconds = 2'592'000; // published: NodePresenceActivityPayload

constexpr std::array event_params = {required_text("event"), anything("payload"),
                                     text("payloadJSON")};

std::string payload_of(json::View params) {
    std::string text = text_in(params, "payloadJSON");
    if (text.empty() && params["payload"]) text = params["payload"].dump();
    return text;
}

} // namespace

void Nodes::on_event(Call& call) {
    NodeRecord* node = find(call.peer.device_id);
    if (node == nullptr || !node->approved) return call.reply.fail(pairing_changed());
    const auto name = call.params["event"].text();
    const std::string payload = payload_of(call.params);
    node->last_seen_at_ms = loop_.clock().unix_ms();
    Result<std::string_view> reason = "unsupported";
    if (name == "node.presence.alive")
        reason = note_alive(*node);
    else if (name == "node.presence.activity")
        reason = note_activity(*node, payload);
    else if (name == "node.host.stats")
        reason = note_stats(*node, payload);
    if (!reason) return call.reply.fail(invalid_request(reason.error().sentence));
    json::Writer out;
    out.begin_object().member("ok", true).member("event", name);
    out.member("handled", *reason != "unsupported").member("reason", *reason);
    call.reply.ok(out.end_object().text());
}

std::string_view Nodes::note_alive(NodeRecord& node) {
    node.last_seen_reason = "alive";
    store_.keep(node.id, to_json(node));
    return "persisted";
}

// When somebody last used the machine: whoever picks a node for a person likes to know.
Result<std::string_view> Nodes::note_activity(NodeRecord& node, const std::string& payload) {
    const auto document = json::Document::parse(payload);
    const auto root = document ? document->root() : json::View();
    const auto idle = root["idleSeconds"].integer(-1);
    const bool is_over = root["action"].text() == "clear";
    if (!is_over && (idle < 0 || idle > max_idle_seconds))
        return fail(Code::invalid, "node.presence.activity needs idleSeconds, or action \"clear\"");
    node.presence_at_ms = node.last_seen_at_ms;
    node.last_active_at_ms = is_over ? 0 : node.presence_at_ms - idle * 1000;
    json::Writer event;
    event.begin_object().member("nodeId", node.id);
    write_or_null(event, "lastActiveAtMs", node.last_active_at_ms);
    event.member("presenceUpdatedAtMs", node.presence_at_ms).end_object();
    events_.send({.name = "node.presence", .payload = event.take(), .drop_if_slow = true});
    return is_over ? "cleared" : "updated";
}

Result<std::string_view> Nodes::note_stats(NodeRecord& node, const std::string& payload) {
    const auto stats = json::Document::parse(payload);
    if (!stats || !stats->root().is_object())
        return fail(Code::invalid, "node.host.stats needs an object");
    std::string json = stats->root().dump();
    json.pop_back();
    node.host_stats_json = json + (json.size() > 1 ? "," : "") + R"("updatedAtMs":)" +
                           std::to_string(node.last_seen_at_ms) + "}";
    events_.send({.name = "node.hostStats",
                  .payload = R"({"nodeId":)" + json::quoted(node.id) + R"(,"hostStats":)" +
                             node.host_stats_json + "}",
                  .drop_if_slow = true});
    return "updated";
}

void add_node_event(MethodTable& table, Nodes& nodes) {
    table.add({.name = "node.event",
               .scope = node_role,
               .params = event_params,
               .handler = [&](Call& call) { nodes.on_event(call); }});
}

} // namespace openclaw::rpc
