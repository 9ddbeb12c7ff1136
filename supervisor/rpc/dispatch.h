// rpc/dispatch.h — a request frame, judged and handed to its method's handler.
//
// In this order: is it JSON (if not: silence), is it a frame, is the method known, may this role
// and these scopes call it, is the gateway taking work, do the parameters fit, was the key used
// before (PROTOCOL.md 2, 8, 14). Nothing here closes a connection.
#pragma once

#include "common/base/clock.h"
#include "supervisor/rpc/frame.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/ration.h"
#include "supervisor/rpc/replays.h"

#include <optional>
#include <string>
#include <string_view>

namespace openclaw::rpc {

class Dispatch {
  public:
    Dispatch(const MethodTable& table, const Clock& clock)
        : table_(&table)
        , replays_(clock)
        , ration_(clock) {}

    // After the handshake. `message` is one whole message.
    void on_message(Peer& peer, std::string_view message);
    // The same message, read already.
    void on_document(Peer& peer, const json::Document& document);

    // A reload makes a new table; what was answered stays remembered.
    void use(const MethodTable& table) { table_ = &table; }

    // Work is refused with UNAVAILABLE, `reason` in the details: "gateway-restarting"; empty: work
    // is taken.
    void refuse_work(std::string reason) { refuse_reason_ = std::move(reason); }

    const MethodTable& table() const { return *table_; }

  private:
    std::optional<WireError> refusal(const Peer& peer, const Method* method,
                                     const RequestFrame& frame) const;
    void run(Peer& peer, const Method& method, json::View params, std::string id_json);
    void run_once(Peer& peer, const Method& method, json::View params, std::string id_json);

    const MethodTable* table_;
    Replays replays_;
    Ration ration_;
    std::string refuse_reason_;
};

} // namespace openclaw::rpc
