// ledger/inbox.h — what strangers sent: recorded before it is acknowledged, so that it is answered
// once.
//
// received ─► running ─► done          answered
//     │          └─────► dropped       not answered, and why (`reason`)
//     ├────────────────► dropped
//     └─────► parked                   kept for a person to decide; not resumed by itself
//
// A finished row is a tombstone: its payload and its files are gone, its keys refuse a redelivery.
// Tombstones are kept 30 days and at most `max_tombstones`, and go a few at a time with later
// records.
//
// Event ids may start again (Telegram, after a quiet week: TELEGRAM.md 3). Two rows are the same
// message when their logical ids are equal, or their event ids are and one has no logical id.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/files.h"
#include "supervisor/ledger/store.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ledger {

enum class InboxState { received, running, done, dropped, parked };
std::string_view name(InboxState state);

struct InboxKey {
    std::string channel; // "telegram"
    std::string account;
    std::string event_id; // the platform's id of the event

    bool operator==(const InboxKey&) const = default;
};

struct InboxRow {
    std::int64_t sequence = 0; // order of arrival; given by the ledger
    InboxKey key;
    std::string logical_id; // second dedupe key, for platforms whose event ids restart; empty: none
    std::string chat_id;
    std::string message_id;
    std::string payload; // serialised wire::Inbound; opaque here
    std::int64_t received_at_ms = 0;
    std::int64_t updated_at_ms = 0;
    InboxState state = InboxState::received;
    std::string reason; // why it was not answered, in words
    std::string session_key;
    std::string run_id;
    std::string trace;
    int attempts = 0; // charged resumes
};

// What record() found. Valid when the unit is done.
struct Recorded {
    bool duplicate = false;                  // nothing was written
    InboxState state = InboxState::received; // of the earlier row when it is a duplicate
    std::string trace;                       // of the earlier row
    std::int64_t sequence = 0;
};

struct InboxOptions {
    Milliseconds keep_for = std::chrono::days(30); // BEHAVIOUR.md A3.2
    std::int64_t max_tombstones = 100'000;
};

class Inbox {
  public:
    Inbox(Store& store, const Clock& clock, InboxOptions options = {});

    // Remembers a message in state `received`, with its files; does nothing when the message is
    // known. Busy: its event id belongs to another message that is not finished yet; try again
    // later.
    Write record(InboxRow row, std::shared_ptr<Recorded> found = nullptr,
                 SharedFiles files = nullptr);
    // A run has begun that will answer it.
    Write mark_running(InboxKey key, std::string session_key, std::string run_id);
    // One more resume after a restart, charged before it is tried.
    Write charge(InboxKey key);
    // The end (done, dropped) or parked. A row that has ended stays as it is.
    Write settle(InboxKey key, InboxState state, std::string reason);

    using OnRows = std::move_only_function<void(Result<std::vector<InboxRow>>)>;
    // Rows in received or running with their payload, oldest first, after `after_sequence`, at most
    // `limit`.
    void unfinished(std::int64_t after_sequence, std::size_t limit, OnRows done);
    // Rows whose event id, logical id, message id, run id or trace is `id`; newest first, at
    // most 20. For `explain`.
    void find(std::string id, OnRows done);

  private:
    Store* store_;
    const Clock* clock_;
    InboxOptions options_;
    std::uint64_t recorded_ = 0;
};

} // namespace openclaw::ledger
