// ledger/outbox.h — what is owed to people: written before it is sent, closed when its fate is
// known.
//
// queued ─► sending ─► sent      every part has a receipt
//    ▲         │ ├───► failed    will not be sent, and why
//    └─────────┘ └───► unknown   it left and no answer came; later news may still turn it into sent
//    or failed
//
// Finished rows are kept 30 days and at most `max_finished`; the text of a sent row is dropped (the
// transcript has it), and the files of any.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/address.h"
#include "supervisor/ledger/files.h"
#include "supervisor/ledger/store.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ledger {

enum class OutboxState { queued, sending, sent, failed, unknown };
std::string_view name(OutboxState state);

enum class RetryClass {
    unspecified = 0,
    idempotent = 1,
    duplicate_ok = 2,
    never_twice = 3
}; // numbers of wire::RetryClass

struct Receipt {
    std::uint32_t part = 0;
    std::string message_id;
    std::int64_t at_ms = 0;
};

struct OutboxRow {
    std::int64_t sequence = 0; // order of creation; given by the ledger
    std::string action_id;     // idempotency key
    Route to;
    std::string reply_to_message_id;
    std::string session_key;
    std::string run_id;
    std::string inbox_event_id; // the message it answers; empty: none
    std::string trace;
    std::string markdown;
    std::uint32_t files = 0; // that go with it; their bytes are in the table of files
    RetryClass retry_class = RetryClass::duplicate_ok;
    bool notice = false; // a service text of the gateway, not an answer of the agent
    OutboxState state = OutboxState::queued;
    std::uint32_t attempts = 0;
    std::uint32_t parts = 0;         // 0: not known yet
    std::vector<Receipt> receipts;   // by part
    std::string stream_message_id;   // the preview to finish by an edit; empty: none
    bool maybe_duplicate = false;    // it may stand in the chat twice
    std::uint32_t repeats = 0;       // after an unknown outcome
    std::int64_t next_try_at_ms = 0; // not before; 0: at once
    std::int64_t expires_at_ms = 0;  // 0: never
    std::string error_code;
    std::string error; // one sentence
    std::int64_t created_at_ms = 0;
    std::int64_t updated_at_ms = 0;
};

struct OutboxOptions {
    Milliseconds keep_for = std::chrono::days(30);
    std::int64_t max_finished = 100'000;
};

class Outbox {
  public:
    Outbox(Store& store, const Clock& clock, OutboxOptions options = {});

    // In state queued or sending. Does nothing when the action id is known.
    Write add(OutboxRow row, SharedFiles files = nullptr);
    // State (queued or sending), attempts, mark, repeats, next try and error as in `row`. A
    // finished row stays finished, and the mark of a possible double stays.
    Write save(const OutboxRow& row);
    // `part` counts from 0, as in wire::Delivery.
    Write part_sent(std::string action_id, std::uint32_t part, std::uint32_t parts,
                    std::string message_id);
    Write preview_known(std::string action_id, std::string message_id);
    // What a preview becomes when its run has ended; from now on it can expire.
    Write set_text(std::string action_id, std::string markdown, std::int64_t expires_at_ms);
    // sent, failed or unknown. A sent row stays sent.
    Write finish(std::string action_id, OutboxState state, std::string error_code = {},
                 std::string error = {});

    using OnRows = std::move_only_function<void(Result<std::vector<OutboxRow>>)>;
    // Rows in queued or sending with their receipts, oldest first, after `after_sequence`, at most
    // `limit`.
    void unfinished(std::int64_t after_sequence, std::size_t limit, OnRows done);
    // None, or the one.
    void of_action(std::string action_id, OnRows done);
    // Rows whose action id, run id, trace, answered event or any message id is `id`; newest first,
    // at most 20.
    void find(std::string id, OnRows done);

  private:
    Store* store_;
    const Clock* clock_;
    OutboxOptions options_;
    std::uint64_t added_ = 0;
};

} // namespace openclaw::ledger
