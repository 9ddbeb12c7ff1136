// rpc/node_work.h — small requests that wait until a node comes for them: node.pending.enqueue,
// .drain and .ack.
//
// One of a kind for each node: who asks for the same again gets the one that waits. It stays until
// the node acknowledges it, so that an answer lost on the way costs a repetition, or until it
// expires. In memory: a node that connects after a restart is asked anew by whoever still wants to
// know.
#pragma once

#include "common/base/clock.h"
#include "common/json/write.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

inline constexpr std::array<std::string_view, 2> node_work_types = {"status.request",
                                                                    "location.request"};

struct NodeWorkItem {
    std::string id, type;
    bool is_urgent = false;
    std::int64_t created_at_ms = 0, expires_at_ms = 0;
};

class NodeWork {
  public:
    explicit NodeWork(const Clock& clock)
        : clock_(clock) {}

    struct Queue {
        std::uint64_t revision = 0; // of every change
        std::vector<NodeWorkItem> items;
    };

    // What waits now, the urgent ones first.
    const Queue& waiting(const std::string& node_id);
    // The item that waits: a new one, or the one of this type that waited already.
    NodeWorkItem add(const std::string& node_id, std::string_view type, bool is_urgent,
                     std::int64_t expires_in_ms);
    // False: no such item.
    bool done(const std::string& node_id, std::string_view item_id);

    void forget(const std::string& node_id) { queues_.erase(node_id); }

  private:
    const Clock& clock_;
    std::map<std::string, Queue> queues_; // by node
};

void write_node_work(json::Writer& out, const NodeWorkItem& item);

} // namespace openclaw::rpc
