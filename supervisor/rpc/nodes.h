// rpc/nodes.h — machines that lend their commands: who they are, what they may do, and doing it
// (PROTOCOL.md 15): node.list, .describe, .rename, .invoke, node.pair.*, node.pending.*,
// exec.approvals.node.*, and what nodes call themselves: node.invoke.result and .progress,
// node.event, skills.bins.
//
// A node's device was let in before it gets here. What it claims becomes effective when an operator
// approves it, and stays so until it claims more. An invocation is answered once: by the node, by
// its deadline, or by the node's going.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/node_record.h"
#include "supervisor/rpc/node_work.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::rpc {

// What a node is to do.
struct NodeOrder {
    std::string command, params_json;
    std::int64_t timeout_ms = 0;
    std::string idempotency_key;
    bool wants_payload_only = false; // the node's own answer is the answer
};

class Nodes {
  public:
    Nodes(Loop& loop, Events& events, NodeStore& store);

    // From Events: a peer joined, or is about to leave. Operators are passed over.
    void arrived(Peer& peer);
    void left(Peer& peer);

    void list(Call& call) const;
    void describe(Call& call) const;
    void list_pairs(Call& call) const;
    void approve(Call& call);
    void reject(Call& call);
    void remove(Call& call);
    void rename(Call& call);
    void invoke(Call& call);

    void get_exec_rules(Call& call);
    void set_exec_rules(Call& call);

    void on_result(Call& call);
    void on_progress(Call& call);
    void on_event(Call& call);

    void enqueue(Call& call);
    void drain(Call& call);
    void acknowledge(Call& call);
    void pull(Call& call) const;

  private:
    struct Invocation {
        std::string node_id;
        NodeOrder order;
        Reply reply;
        std::weak_ptr<Peer> asker; // hears what is printed on the way
        std::unique_ptr<Timer> deadline;
        std::int64_t next_piece = 0;
    };

    NodeRecord* find(std::string_view id);
    NodeRecord* find_request(std::string_view request_id);
    void claim(NodeRecord& node, NodeSurface surface);
    void resolved(const std::string& request_id, const std::string& node_id,
                  std::string_view decision, bool tell_node);
    Peer* ready(const Call& call, std::string_view command);
    void dispatch(Call& call, NodeOrder order);
    std::string_view note_alive(NodeRecord& node);
    Result<std::string_view> note_activity(NodeRecord& node, const std::string& payload);
    Result<std::string_view> note_stats(NodeRecord& node, const std::string& payload);
    void fail_invocations_of(const std::string& node_id);

    Loop& loop_;
    Events& events_;
    NodeStore& store_;
    NodeWork work_;
    std::map<std::string, NodeRecord, std::less<>> nodes_;
    std::map<std::string, Peer*, std::less<>> peers_; // by node id
    std::map<std::string, Invocation, std::less<>> invocations_;
};

WireError unknown_node(std::string_view id);
WireError node_not_connected();
WireError pairing_changed();
// To one peer, without a number (PROTOCOL.md 11.1).
void send_to_peer(Peer& peer, std::string_view name, std::string payload);

void add_nodes(MethodTable& table, Nodes& nodes);
void add_node_invoke(MethodTable& table, Nodes& nodes);
void add_node_event(MethodTable& table, Nodes& nodes);
void add_node_pending(MethodTable& table, Nodes& nodes);

} // namespace openclaw::rpc
