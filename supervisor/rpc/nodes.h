// rpc/nodes.h — machines that lend their commands: who they are, what they may do, and doing it
// (PROTOCOL.md 15): node.list, .describe, .rename, .invoke, node.pair.*, and what nodes call
// themselves: node.invoke.result, node.event, node.pending.pull, skills.bins.
//
// A node's device was let in before it gets here. What it claims becomes effective when an operator
// approves it, and stays so until it claims more. An invocation is answered once: by the node, by
// its deadline, or by the node's going.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/node_record.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace openclaw::rpc {

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

    void on_result(Call& call);
    void on_event(Call& call);
    void pull(Call& call) const;

  private:
    struct Invocation {
        std::string node_id, command;
        Reply reply;
        std::unique_ptr<Timer> deadline;
    };

    NodeRecord* find(std::string_view id);
    NodeRecord* find_request(std::string_view request_id);
    void claim(NodeRecord& node, NodeSurface surface);
    void resolved(const std::string& request_id, const std::string& node_id,
                  std::string_view decision, bool tell_node);
    void dispatch(Call& call, const NodeRecord& node, Peer& peer);
    void fail_invocations_of(const std::string& node_id);

    Loop& loop_;
    Events& events_;
    NodeStore& store_;
    std::map<std::string, NodeRecord, std::less<>> nodes_;
    std::map<std::string, Peer*, std::less<>> peers_; // by node id
    std::map<std::string, Invocation, std::less<>> invocations_;
};

WireError unknown_node(std::string_view id);
WireError node_not_connected();
// To one peer, without a number (PROTOCOL.md 11.1).
void send_to_node(Peer& peer, std::string_view name, std::string payload);

void add_nodes(MethodTable& table, Nodes& nodes);
void add_node_invoke(MethodTable& table, Nodes& nodes); // node.invoke, .result, .event, .pending

} // namespace openclaw::rpc
