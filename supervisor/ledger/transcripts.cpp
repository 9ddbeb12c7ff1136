#include "supervisor/ledger/transcripts.h"

#include "supervisor/ledger/database.h"

#include <algorithm>
#include <limits>

namespace openclaw::ledger {

namespace {

// A row's position: the number of its session id in the high bits, its sequence in the low ones
// (schema.cpp).
constexpr int sequence_bits = 32;
constexpr std::int64_t max_sequence = (std::int64_t{1} << sequence_bits) - 1;

struct Range {
    std::int64_t before_first; // the position of sequence 0, which no row has
    std::int64_t last;

    std::int64_t sequence_of(std::int64_t position) const { return position - before_first; }
};

// Of a session id nobody has heard of: number 0, where no rows are.
Result<Range> range_of(Database& database, const std::string& session_id) {
    const auto number =
        TRY(database.number("select number from session_ids where session_id = ?", 0, session_id));
    const auto base = number << sequence_bits;
    return Range{base, base + max_sequence};
}

// A transcript may begin before its session row is put.
Result<Range> range_for_append(Database& database, const std::string& session_id,
                               std::int64_t now_ms) {
    const auto known = TRY(range_of(database, session_id));
    if (known.before_first != 0) return known;
    TRY_VOID(database.run(
        "insert into session_ids (session_id, session_key, started_at_ms) values (?, '', ?)",
        session_id, now_ms));
    return range_of(database, session_id);
}

Result<std::int64_t> last_sequence(Database& database, Range range) {
    const auto last =
        TRY(database.number("select max(position) from transcripts where position between ? and ?",
                            0, range.before_first, range.last));
    return last == 0 ? 0 : range.sequence_of(last);
}

// By way of the run: a row that comes twice comes with the same run id, and a run has few rows.
Result<std::int64_t> find_twin(Database& database, Range range, const TranscriptRow& row) {
    const auto position = TRY(database.number(
        "select position from transcripts where run_id = ? and position between ? and ? "
        "and (id = ? or (idempotency_key = ? and idempotency_key <> '')) limit 1",
        0, row.run_id, range.before_first, range.last, row.id, row.idempotency_key));
    return position == 0 ? 0 : range.sequence_of(position);
}

Result<void> insert(Database& database, std::int64_t position, const TranscriptRow& row) {
    return database.run("insert into transcripts (position, id, role, text, at_ms, run_id, "
                        "idempotency_key, provider, "
                        "model, stop_reason, input_tokens, output_tokens) values (?, ?, ?, ?, ?, "
                        "?, ?, ?, ?, ?, ?, ?)",
                        position, row.id, row.role, row.text, row.at_ms, row.run_id,
                        row.idempotency_key, row.provider, row.model, row.stop_reason,
                        row.input_tokens, row.output_tokens);
}

#define TRANSCRIPT_COLUMNS                                                                         \
    "position, id, role, text, at_ms, run_id, idempotency_key, provider, model, stop_reason, "     \
    "input_tokens, output_tokens"

TranscriptRow read_row(Rows& rows) {
    TranscriptRow row;
    row.sequence = rows.integer() & max_sequence;
    row.id = rows.text();
    row.role = rows.text();
    row.text = rows.text();
    row.at_ms = rows.integer();
    row.run_id = rows.text();
    row.idempotency_key = rows.text();
    row.provider = rows.text();
    row.model = rows.text();
    row.stop_reason = rows.text();
    row.input_tokens = rows.natural();
    row.output_tokens = rows.natural();
    return row;
}

struct Window {
    std::string session_id;
    std::int64_t before_sequence = 0; // 0: from the end
    std::size_t limit = 0;
    std::size_t max_bytes = std::numeric_limits<std::size_t>::max();
};

// Read from the newest backwards, then turned round.
Result<TranscriptPage> read_window(Database& database, const Window& window) {
    const auto range = TRY(range_of(database, window.session_id));
    TranscriptPage page;
    page.total = TRY(last_sequence(database, range)); // rows have no gaps
    const auto before = window.before_sequence > 0
                            ? std::min(range.before_first + window.before_sequence, range.last)
                            : range.last;
    auto rows = database.query(
        "select " TRANSCRIPT_COLUMNS " from transcripts where position > ? and position < ? "
        "order by position desc limit ?",
        range.before_first, before, std::min<std::size_t>(window.limit, 1u << 20));
    std::size_t bytes = 0;
    while (rows.next()) {
        auto row = read_row(rows);
        bytes += row.text.size();
        if (bytes > window.max_bytes) break;
        page.rows.push_back(std::move(row));
    }
    TRY_VOID(rows.end());
    std::ranges::reverse(page.rows);
    page.has_more = page.rows.empty() ? page.total > 0 && before > range.before_first + 1
                                      : page.rows.front().sequence > 1;
    return page;
}

std::deque<Said> said_in(const TranscriptPage& page) {
    std::deque<Said> rows;
    for (const auto& row : page.rows)
        rows.push_back({.role = row.role,
                        .text = row.text,
                        .at_ms = row.at_ms,
                        .idempotency_key = row.idempotency_key});
    return rows;
}

} // namespace

Write Transcripts::append(std::string session_id, TranscriptRow row,
                          std::shared_ptr<Appended> outcome) {
    if (row.at_ms == 0) row.at_ms = clock_->unix_ms();
    if (!outcome) outcome = std::make_shared<Appended>();
    recent_->add(session_id, row);
    auto correct = [recent = recent_, session_id, outcome](bool kept) {
        if (!kept || outcome->duplicate) recent->forget(session_id);
    };
    return {.apply = [session_id = std::move(session_id), row = std::move(row),
                      outcome](Database* database) -> Result<void> {
                const auto range = TRY(range_for_append(*database, session_id, row.at_ms));
                const auto twin = TRY(find_twin(*database, range, row));
                const auto sequence = twin != 0 ? twin : TRY(last_sequence(*database, range)) + 1;
                *outcome = {.duplicate = twin != 0, .sequence = sequence};
                return twin != 0 ? Result<void>()
                                 : insert(*database, range.before_first + sequence, row);
            },
            .settled = std::move(correct)};
}

Write Transcripts::copy(std::string session_id, Excerpt excerpt) {
    recent_->forget(session_id);
    return {.apply = [session_id = std::move(session_id), excerpt = std::move(excerpt),
                      now_ms = clock_->unix_ms()](Database* database) -> Result<void> {
        const auto from = TRY(range_of(*database, excerpt.session_id));
        const auto to = TRY(range_for_append(*database, session_id, now_ms));
        const auto first = from.before_first + excerpt.first_sequence;
        const auto next = to.before_first + TRY(last_sequence(*database, to)) + 1;
        return database->run("insert into transcripts (" TRANSCRIPT_COLUMNS
                             ") select position - ? + ?, id, role, "
                             "text, at_ms, '', idempotency_key, provider, model, stop_reason, 0, 0 "
                             "from transcripts where position between ? and ?",
                             first, next, first, from.before_first + excerpt.last_sequence);
    }};
}

Write Transcripts::erase(std::string session_id) {
    recent_->forget(session_id);
    return {.apply = [session_id = std::move(session_id)](Database* database) -> Result<void> {
        const auto range = TRY(range_of(*database, session_id));
        TRY_VOID(database->run("delete from transcripts where position between ? and ?",
                               range.before_first, range.last));
        return database->run("delete from session_ids where session_id = ?", session_id);
    }};
}

void Transcripts::page(std::string session_id, std::int64_t before_sequence, std::size_t limit,
                       OnPage done) {
    Window window{
        .session_id = std::move(session_id), .before_sequence = before_sequence, .limit = limit};
    store_->read<TranscriptPage>(
        [window = std::move(window)](Database* database) { return read_window(*database, window); },
        std::move(done));
}

void Transcripts::tail(std::string session_id, std::size_t limit, std::size_t max_bytes,
                       OnPage done) {
    const bool is_whole = limit == RecentTalk::max_rows && max_bytes == RecentTalk::max_text_bytes;
    const auto expected = is_whole ? recent_->expect(session_id) : 0;
    Window window{
        .session_id = session_id, .before_sequence = 0, .limit = limit, .max_bytes = max_bytes};
    auto remember = [recent = recent_, session_id = std::move(session_id), expected,
                     done = std::move(done)](Result<TranscriptPage> page) mutable {
        if (page)
            recent->fill(session_id, expected, said_in(*page));
        else if (expected != 0)
            recent->forget(session_id);
        done(std::move(page));
    };
    store_->read<TranscriptPage>(
        [window = std::move(window)](Database* database) { return read_window(*database, window); },
        std::move(remember));
}

void Transcripts::count(std::string session_id,
                        std::move_only_function<void(Result<std::int64_t>)> done) {
    store_->read<std::int64_t>(
        [session_id = std::move(session_id)](Database* database) -> Result<std::int64_t> {
            return last_sequence(*database, TRY(range_of(*database, session_id)));
        },
        std::move(done));
}

void Transcripts::of_run(std::string run_id,
                         std::move_only_function<void(Result<std::vector<TranscriptRow>>)> done) {
    store_->read<std::vector<TranscriptRow>>(
        [run_id = std::move(run_id)](Database* database) -> Result<std::vector<TranscriptRow>> {
            auto rows =
                database->query("select " TRANSCRIPT_COLUMNS " from transcripts where run_id = ? "
                                "order by position limit 1000",
                                run_id);
            std::vector<TranscriptRow> found;
            while (rows.next())
                found.push_back(read_row(rows));
            TRY_VOID(rows.end());
            return found;
        },
        std::move(done));
}

} // namespace openclaw::ledger
