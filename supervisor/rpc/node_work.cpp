#include "supervisor/rpc/node_work.h"

#include "common/base/strings.h"

#include <algorithm>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_work_life_ms = 600'000;

} // namespace

const NodeWork::Queue& NodeWork::waiting(const std::string& node_id) {
    Queue& queue = queues_[node_id];
    const auto now_ms = clock_.unix_ms();
    if (std::erase_if(queue.items, [&](const auto& item) { return item.expires_at_ms <= now_ms; }))
        ++queue.revision;
    return queue;
}

NodeWorkItem NodeWork::add(const std::string& node_id, std::string_view type, bool is_urgent,
                           std::int64_t expires_in_ms) {
    waiting(node_id); // without what has expired
    Queue& queue = queues_[node_id];
    const auto same = std::ranges::find(queue.items, type, &NodeWorkItem::type);
    if (same != queue.items.end()) return *same;
    const auto now_ms = clock_.unix_ms();
    const auto life = expires_in_ms > 0 ? expires_in_ms : default_work_life_ms;
    queue.items.push_back({.id = uuid_v4(),
                           .type = std::string(type),
                           .is_urgent = is_urgent,
                           .created_at_ms = now_ms,
                           .expires_at_ms = now_ms + life});
    ++queue.revision;
    const NodeWorkItem added = queue.items.back();
    std::ranges::stable_sort(queue.items, std::ranges::greater(), &NodeWorkItem::is_urgent);
    return added;
}

bool NodeWork::done(const std::string& node_id, std::string_view item_id) {
    const auto found = queues_.find(node_id);
    if (found == queues_.end()) return false;
    Queue& queue = found->second;
    const bool was_there =
        std::erase_if(queue.items, [&](const auto& item) { return item.id == item_id; }) > 0;
    if (was_there) ++queue.revision;
    return was_there;
}

void write_node_work(json::Writer& out, const NodeWorkItem& item) {
    out.begin_object().member("id", item.id).member("type", item.type);
    out.member("priority", item.is_urgent ? "high" : "normal");
    out.member("createdAtMs", item.created_at_ms).member("expiresAtMs", item.expires_at_ms);
    out.end_object();
}

} // namespace openclaw::rpc
