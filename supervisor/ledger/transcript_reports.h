// ledger/transcript_reports.h — questions about all transcripts at once: what was used, and where a
// word was said.
//
// Each is one pass over the table on the pool, with a bound on what comes back. Nothing is written.
#pragma once

#include "supervisor/ledger/store.h"

#include <cstdint>
#include <string>
#include <vector>

namespace openclaw::ledger {

struct UsageQuery {
    std::string session_id = {};            // empty: all
    std::int64_t from_ms = 0, until_ms = 0; // until 0: now
    std::int64_t offset_seconds = 0;        // of the days' time zone from UTC
};

// What one session used on one day with one model.
struct UsageRow {
    std::string session_key, session_id, provider, model, day; // day: 2026-11-21
    std::uint64_t input = 0, output = 0;
    std::int64_t questions = 0, answers = 0; // of runs: copies and what was put in are not counted
    std::int64_t first_ms = 0, last_ms = 0;
};

struct SearchQuery {
    std::string text;
    std::size_t limit = 10;
};

struct SearchHit {
    std::string session_key, session_id, message_id, role, text;
    std::int64_t at_ms = 0;
};

class TranscriptReports {
  public:
    explicit TranscriptReports(Store& store)
        : store_(&store) {}

    void usage(UsageQuery query, std::move_only_function<void(Result<std::vector<UsageRow>>)> done);
    // Newest first; letters of ASCII match in either case.
    void search(SearchQuery query,
                std::move_only_function<void(Result<std::vector<SearchHit>>)> done);

  private:
    Store* store_;
};

} // namespace openclaw::ledger
