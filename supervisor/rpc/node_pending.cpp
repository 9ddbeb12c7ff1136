// What waits for a node, and what of it has been done.
#include "supervisor/rpc/nodes.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_drained = 4, max_drained = 10; // published: NodePendingDrainParams

constexpr std::array<std::string_view, 2> work_priorities = {"normal", "high"};
constexpr std::array enqueue_params = {
    required_text("nodeId"),
    Field{.name = "type", .kind = Kind::string, .required = true, .one_of = node_work_types},
    Field{.name = "priority", .kind = Kind::string, .one_of = work_priorities},
    integer("expiresInMs", 1000, 86'400'000), flag("wake")};
constexpr std::array drain_params = {integer("maxItems", 1, max_drained)};
constexpr std::array ack_params = {
    Field{.name = "ids", .kind = Kind::string_list, .required = true}};

} // namespace

// Nothing can be pushed to a machine that is not connected, so none is ever woken.
void Nodes::enqueue(Call& call) {
    const std::string id = text_in(call.params, "nodeId");
    if (find(id) == nullptr) return call.reply.fail(unknown_node(id));
    const NodeWorkItem item =
        work_.add(id, call.params["type"].text(), call.params["priority"].text() == "high",
                  call.params["expiresInMs"].integer());
    json::Writer out;
    out.begin_object().member("nodeId", id).member("revision", work_.waiting(id).revision);
    out.key("queued");
    write_node_work(out, item);
    call.reply.ok(out.member("wakeTriggered", false).end_object().text());
}

void Nodes::drain(Call& call) {
    const auto& queue = work_.waiting(call.peer.device_id);
    const auto limit = static_cast<std::size_t>(call.params["maxItems"].integer(default_drained));
    const auto shown = std::min(limit, queue.items.size());
    json::Writer out;
    out.begin_object().member("nodeId", call.peer.device_id).member("revision", queue.revision);
    out.key("items").begin_array();
    for (std::size_t i = 0; i < shown; ++i)
        write_node_work(out, queue.items[i]);
    out.end_array().member("hasMore", shown < queue.items.size());
    call.reply.ok(out.end_object().text());
}

void Nodes::acknowledge(Call& call) {
    const std::string& id = call.peer.device_id;
    json::Writer out;
    out.begin_object().member("nodeId", id).key("ackedIds").begin_array();
    call.params["ids"].each_element([&](json::View item) {
        if (work_.done(id, item.text())) out.value(item.text());
        return true;
    });
    out.end_array().member("remainingCount", work_.waiting(id).items.size());
    call.reply.ok(out.end_object().text());
}

// Nothing is put off for a node that is away: an invocation says at once that it is.
void Nodes::pull(Call& call) const {
    json::Writer out;
    out.begin_object().member("nodeId", call.peer.device_id);
    call.reply.ok(out.key("actions").begin_array().end_array().end_object().text());
}

void add_node_pending(MethodTable& table, Nodes& nodes) {
    table.add({.name = "node.pending.enqueue",
               .scope = policy::scope::write,
               .params = enqueue_params,
               .handler = [&](Call& call) { nodes.enqueue(call); }});
    table.add({.name = "node.pending.drain",
               .scope = node_role,
               .params = drain_params,
               .handler = [&](Call& call) { nodes.drain(call); }});
    table.add({.name = "node.pending.ack",
               .scope = node_role,
               .params = ack_params,
               .handler = [&](Call& call) { nodes.acknowledge(call); }});
    table.add({.name = "node.pending.pull",
               .scope = node_role,
               .unknown = Unknown::ignored,
               .handler = [&](Call& call) { nodes.pull(call); }});
}

} // namespace openclaw::rpc
