// flow/outgoing.h — a message to a chat that no run wrote: `openclaw message send`, the RPC `send`.
#pragma once

#include "common/base/result.h"
#include "supervisor/flow/deliveries.h"
#include "supervisor/flow/rooms.h"

#include <functional>
#include <list>
#include <string>

namespace openclaw::flow {

struct OutgoingOrder {
    std::string channel; // empty: the only configured one
    std::string account; // empty: the channel's default
    std::string to;      // as the channel writes it: "123456", "-100123:topic:7"
    std::string thread_id;
    std::string reply_to_message_id;
    std::string text;                    // markdown; may be empty when there are files
    ledger::SharedFiles files = nullptr; // only to a channel that can send them
    std::string idempotency_key;
};

struct OutgoingReceipt {
    std::string channel, account, chat_id, message_id; // of the last part
};

class Outgoings {
  public:
    using Done = std::move_only_function<void(Result<OutgoingReceipt>)>;

    Outgoings(Rooms& rooms, Deliveries& deliveries)
        : rooms_(rooms)
        , deliveries_(deliveries) {}

    // Records the message, hands it over, and calls `done` once: with the receipt, or with
    // not_found (no such channel or account), invalid (`to`, or files that the
    // channel cannot send), unavailable (not sent), timeout (not
    // known yet; it is recorded and goes on). A key that was used within the hour,
    // also in an earlier life, sends nothing: the outcome of then is told again.
    void send(const OutgoingOrder& order, Done done);

  private:
    struct Waiting {
        Done done;
        std::unique_ptr<Timer> limit;
    };

    using Shared = std::shared_ptr<Waiting>;

    Result<ledger::OutboxRow> row_for(const OutgoingOrder& order) const;
    void record(ledger::OutboxRow row, ledger::SharedFiles files, const Shared& waiting);
    static void settle(const Shared& waiting, Result<OutgoingReceipt> outcome);

    Rooms& rooms_;
    Deliveries& deliveries_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

} // namespace openclaw::flow
