// rpc/method_table.h — every method as a row of data: name, scope, class, idempotency, parameters,
// handler.
//
// The table is made by listing families (`add_health(table, …)`), never by registration behind the
// reader's back. features.methods in hello-ok and the permission tests are printed from it.
#pragma once

#include "supervisor/rpc/params.h"
#include "supervisor/rpc/peer.h"
#include "supervisor/rpc/replays.h"
#include "supervisor/rpc/wire_error.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace openclaw::rpc {

// The answer to one request. May be kept and used later, or never (the peer has gone). Answering
// twice is a second response with the same id, which only `agent` does (PROTOCOL.md 12.2).
class Reply {
  public:
    using Observer = std::function<void(const Outcome&)>;

    // `observer` is told every outcome, also when the peer has gone: for keys that come again.
    Reply(std::weak_ptr<Peer> peer, std::string id_json, Observer observer = {});

    void ok(std::string_view payload_json) const;

    void fail(const Error& error) const { fail(to_wire(error)); }

    void fail(const WireError& error, std::string_view payload_json = {}) const;
    void send(const Outcome& outcome) const;

  private:
    std::weak_ptr<Peer> peer_;
    std::string id_json_; // as it came
    Observer observer_;
};

struct Call {
    Peer& peer;
    json::View params; // checked against the row; valid during the call only
    Reply reply;
};

enum class Admission {
    control, // always taken: looking, stopping
    work,    // refused while draining
};

// Who remembers that a key was used before (PROTOCOL.md 14).
enum class Idempotency { none, by_run, by_key };

using Handler = std::function<void(Call&)>;

// The scope a call needs because of what it asks for; read from raw parameters (PROTOCOL.md 8).
using ScopeRule = std::string_view (*)(json::View params);

// In place of a scope: the method is for nodes, and for nobody else.
inline constexpr std::string_view node_role = "node";

struct Method {
    std::string_view name;
    std::string_view scope;         // the least operator scope; empty: any authenticated operator
    ScopeRule scope_rule = nullptr; // set: what it says counts, and `scope` is the least it says
    Admission admission = Admission::control;
    Idempotency idempotency = Idempotency::none;
    std::span<const Field> params = {}; // static storage
    Unknown unknown = Unknown::refused;
    bool is_rationed = false; // 30 in a minute for each caller (PROTOCOL.md 3)
    Handler handler = {};
};

class MethodTable {
  public:
    void add(Method method); // a name twice is a broken invariant
    const Method* find(std::string_view name) const;
    // In the order they were added.
    std::vector<std::string_view> names() const;

    std::span<const Method> rows() const { return rows_; }

  private:
    std::vector<Method> rows_;
    std::unordered_map<std::string_view, std::size_t> index_;
};

} // namespace openclaw::rpc
