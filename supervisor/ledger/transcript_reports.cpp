#include "supervisor/ledger/transcript_reports.h"

#include "supervisor/ledger/database.h"

#include <limits>

namespace openclaw::ledger {

namespace {

constexpr int max_usage_rows = 20'000;
constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();

Result<std::vector<UsageRow>> read_usage(Database& database, const UsageQuery& query) {
    auto rows = database.query(
        "select session_key, session_id, provider, model, "
        "strftime('%Y-%m-%d', at_ms / 1000 + ?, 'unixepoch') as day, sum(input_tokens), "
        "sum(output_tokens), sum(role = 'user' and run_id <> ''), "
        "sum(role = 'assistant' and run_id <> ''), min(at_ms), max(at_ms) "
        "from transcripts join session_ids on number = position >> 32 "
        "where at_ms >= ? and at_ms < ? and (? = '' or session_id = ?) "
        "group by session_key, session_id, provider, model, day order by day limit ?",
        query.offset_seconds, query.from_ms, query.until_ms > 0 ? query.until_ms : for_ever,
        query.session_id, query.session_id, max_usage_rows);
    std::vector<UsageRow> found;
    while (rows.next()) {
        UsageRow row;
        row.session_key = rows.text();
        row.session_id = rows.text();
        row.provider = rows.text();
        row.model = rows.text();
        row.day = rows.text();
        row.input = rows.natural();
        row.output = rows.natural();
        row.questions = rows.integer();
        row.answers = rows.integer();
        row.first_ms = rows.integer();
        row.last_ms = rows.integer();
        found.push_back(std::move(row));
    }
    TRY_VOID(rows.end());
    return found;
}

Result<std::vector<SearchHit>> read_hits(Database& database, const SearchQuery& query) {
    auto rows = database.query(
        "select session_key, session_id, id, role, text, at_ms from transcripts "
        "join session_ids on number = position >> 32 where instr(lower(text), lower(?)) > 0 "
        "order by at_ms desc limit ?",
        query.text, query.limit);
    std::vector<SearchHit> found;
    while (rows.next()) {
        SearchHit hit;
        hit.session_key = rows.text();
        hit.session_id = rows.text();
        hit.message_id = rows.text();
        hit.role = rows.text();
        hit.text = rows.text();
        hit.at_ms = rows.integer();
        found.push_back(std::move(hit));
    }
    TRY_VOID(rows.end());
    return found;
}

} // namespace

void TranscriptReports::usage(UsageQuery query,
                              std::move_only_function<void(Result<std::vector<UsageRow>>)> done) {
    store_->read<std::vector<UsageRow>>(
        [query = std::move(query)](Database* database) { return read_usage(*database, query); },
        std::move(done));
}

void TranscriptReports::search(SearchQuery query,
                               std::move_only_function<void(Result<std::vector<SearchHit>>)> done) {
    store_->read<std::vector<SearchHit>>(
        [query = std::move(query)](Database* database) { return read_hits(*database, query); },
        std::move(done));
}

} // namespace openclaw::ledger
