// rpc/node_record.h — a node as it is remembered and shown: who it is, what it claims, what of it
// was approved.
//
// Pure but for being kept: NodeStore is where records outlive the process (JSON, opaque there).
#pragma once

#include "common/json/write.h"
#include "supervisor/rpc/peer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::rpc {

// What a node offers.
struct NodeSurface {
    std::vector<std::string> caps, commands;

    bool holds(const NodeSurface& other) const; // all that the other has
    bool operator==(const NodeSurface&) const = default;
};

struct NodeRecord {
    std::string id; // of its device
    std::string display_name, platform, version, client_id, client_mode, device_family;
    std::optional<NodeSurface> approved = {}; // unset: never
    std::int64_t created_at_ms = 0, approved_at_ms = 0;
    std::int64_t last_connected_at_ms = 0, last_seen_at_ms = 0;
    std::string last_seen_reason;

    // Not kept: true while it waits or is connected.
    std::optional<NodeSurface> pending = {};
    std::string request_id;
    std::int64_t requested_at_ms = 0;
    std::int64_t connected_at_ms = 0; // 0: it is not
    std::string host_stats_json;
    std::int64_t presence_at_ms = 0;    // when it last said whether somebody uses it; 0: never
    std::int64_t last_active_at_ms = 0; // when somebody did; 0: not known
};

class NodeStore {
  public:
    virtual ~NodeStore() = default;
    virtual std::vector<std::pair<std::string, std::string>> load() const = 0; // id, JSON
    virtual void keep(const std::string& id, const std::string& json) = 0;
    virtual void forget(const std::string& id) = 0;
};

std::string to_json(const NodeRecord& node); // what is kept
NodeRecord node_from(const std::string& id, std::string_view json);

// Takes over what `connect` said of the program.
void learn(NodeRecord& node, const Peer& peer, std::int64_t now_ms);
// The claim, without what this kind of machine cannot have (PROTOCOL.md 15).
NodeSurface allowed_claim(const Peer& peer);
// operator.pairing, and more for commands that run things.
std::vector<std::string> scopes_to_approve(const NodeSurface& surface);

void write_node(json::Writer& out, const NodeRecord& node);    // node.list, node.describe
void write_pending(json::Writer& out, const NodeRecord& node); // node.pair.requested
void write_paired(json::Writer& out, const NodeRecord& node);  // node.pair.list, .approve

} // namespace openclaw::rpc
