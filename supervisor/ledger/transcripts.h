// ledger/transcripts.h — what was said in a session, in order, for good. Rows are appended, never
// changed.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/recent_talk.h"
#include "supervisor/ledger/store.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::ledger {

// A message as it stands in a transcript.
struct TranscriptRow {
    std::string id;            // stable, unique
    std::int64_t sequence = 0; // 1, 2, … without gaps within the session id; given by the ledger
    std::string role;          // "user" | "assistant"
    std::string text;
    std::int64_t at_ms = 0;
    std::string run_id;
    std::string
        idempotency_key; // "<run id>:user" for user rows; unique within the session id when set
    std::string provider, model, stop_reason; // assistant rows
    std::uint64_t input_tokens = 0, output_tokens = 0;
};

// What append() did. Valid when the unit is done.
struct Appended {
    bool duplicate = false;    // the id or idempotency key was there already: nothing was written
    std::int64_t sequence = 0; // of the new row, or of the one that was there
};

// Some rows of a transcript, both ends included.
struct Excerpt {
    std::string session_id;
    std::int64_t first_sequence = 1, last_sequence = 0;
};

struct TranscriptPage {
    std::vector<TranscriptRow> rows; // oldest first
    bool has_more = false;           // older rows exist
    std::int64_t total = 0;          // rows of the session id
};

class Transcripts {
  public:
    Transcripts(Store& store, const Clock& clock)
        : store_(&store)
        , clock_(&clock)
        , recent_(std::make_shared<RecentTalk>()) {}

    // `at_ms` 0: now.
    Write append(std::string session_id, TranscriptRow row,
                 std::shared_ptr<Appended> outcome = nullptr);

    // `session_id` was made just now: recent() knows it from here on.
    void begin(const std::string& session_id) { recent_->begin(session_id); }

    // Appends rows of another transcript, as they are. What they cost stays with the run that paid
    // for it: the copies name none.
    Write copy(std::string session_id, Excerpt excerpt);

    // Forgets a whole transcript.
    Write erase(std::string session_id);

    using OnPage = std::move_only_function<void(Result<TranscriptPage>)>;
    // The `limit` rows before `before_sequence` (0: the newest).
    void page(std::string session_id, std::int64_t before_sequence, std::size_t limit, OnPage done);

    // The newest rows, as far as RecentTalk keeps them, when they are in memory: null means that
    // the file must be asked. Valid until the next change. For prompts.
    const std::deque<Said>* recent(const std::string& session_id) {
        return recent_->find(session_id);
    }

    // The newest rows from the file: at most `limit`, and together at most `max_bytes` of text.
    // Asked for as many as RecentTalk keeps, they are in memory from then on.
    void tail(std::string session_id, std::size_t limit, std::size_t max_bytes, OnPage done);
    void count(std::string session_id, std::move_only_function<void(Result<std::int64_t>)> done);
    // The rows of one run, oldest first. For `explain` and for keys that come back after a restart.
    void of_run(std::string run_id,
                std::move_only_function<void(Result<std::vector<TranscriptRow>>)> done);

  private:
    Store* store_;
    const Clock* clock_;
    std::shared_ptr<RecentTalk> recent_; // shared with the writes and reads under way
};

} // namespace openclaw::ledger
