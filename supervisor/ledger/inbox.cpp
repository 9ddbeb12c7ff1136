#include "supervisor/ledger/inbox.h"

#include "supervisor/ledger/database.h"

#include <array>
#include <optional>
#include <utility>

namespace openclaw::ledger {

namespace {

constexpr std::array<std::string_view, 5> inbox_state_names{"received", "running", "done",
                                                            "dropped", "parked"};
constexpr std::uint64_t prune_inbox_every =
    16; // records; each time at most 32 rows go, so pruning keeps up

InboxState inbox_state_from(std::string_view word) {
    for (std::size_t i = 0; i < inbox_state_names.size(); ++i)
        if (inbox_state_names[i] == word) return static_cast<InboxState>(i);
    return InboxState::parked; // a word of nobody: left for a person
}

// Looks at the oldest rows only: the cost is the same however long the table is.
Result<void> prune_inbox(Database& database, std::int64_t before_ms, std::int64_t up_to) {
    return database.run(
        "delete from inbox where sequence in ("
        "  select sequence from ("
        "    select sequence, state, received_at_ms from inbox order by sequence limit 64)"
        "  where state in ('done', 'dropped', 'parked') and (received_at_ms < ? or sequence <= ?)"
        "  limit 32)",
        before_ms, up_to);
}

Result<void> insert(Database& database, const InboxRow& row) {
    return database.run(
        "insert or ignore into inbox (channel, account, event_id, logical_id, chat_id, message_id, "
        "payload, received_at_ms, updated_at_ms, state, session_key, run_id, trace) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, ?, ?)",
        row.key.channel, row.key.account, row.key.event_id, row.logical_id, row.chat_id,
        row.message_id, Blob{row.payload}, row.received_at_ms, row.updated_at_ms, row.session_key,
        row.run_id, row.trace);
}

// The row of the same message: the same logical id; or the same event id, when one of the two says
// nothing more, or says less: builds before 2026-11-23 knew Telegram's messages without their bot.
Result<std::optional<Recorded>> earlier_row(Database& database, const InboxRow& row) {
    auto rows = database.query(
        "select state, trace, sequence from inbox where channel = ?1 and account = ?2 "
        "and ((logical_id = ?4 and logical_id <> '') "
        "or (event_id = ?3 and (logical_id = '' or ?4 = '' "
        "or substr(?4, -length(logical_id) - 1) = ':' || logical_id))) order by sequence limit 1",
        row.key.channel, row.key.account, row.key.event_id, row.logical_id);
    std::optional<Recorded> found;
    if (rows.next()) {
        found.emplace();
        found->duplicate = true;
        found->state = inbox_state_from(rows.text());
        found->trace = rows.text();
        found->sequence = rows.integer();
    }
    TRY_VOID(rows.end());
    return found;
}

// The platform began to count anew: a finished row of another message gives up this event id, and
// keeps refusing its own message by the logical id. A row that is being answered keeps it, because
// its end is written under it; until then the newcomer is refused and stays with the platform.
Result<void> take_over_event_id(Database& database, const InboxRow& row) {
    TRY_VOID(database.run("update inbox set event_id = event_id || '~' || sequence "
                          "where channel = ? and account = ? and event_id = ? "
                          "and state in ('done', 'dropped', 'parked')",
                          row.key.channel, row.key.account, row.key.event_id));
    if (database.changed_rows() == 0)
        return fail(Code::busy, "another message with the event id " + row.key.event_id +
                                    " is still being answered");
    TRY_VOID(delete_files(database, files_of(row.key))); // of one that was set aside
    return insert(database, row);
}

Result<Recorded> insert_once(Database& database, const InboxRow& row) {
    TRY_VOID(insert(database, row));
    if (database.changed_rows() == 0) {
        if (auto earlier = TRY(earlier_row(database, row))) return *earlier;
        TRY_VOID(take_over_event_id(database, row));
    }
    return Recorded{false, InboxState::received, {}, database.last_row_id()};
}

#define INBOX_COLUMNS                                                                              \
    "sequence, channel, account, event_id, logical_id, chat_id, message_id, payload, "             \
    "received_at_ms, updated_at_ms, "                                                              \
    "state, reason, session_key, run_id, trace, attempts"

Result<std::vector<InboxRow>> all_of(Rows rows) {
    std::vector<InboxRow> found;
    while (rows.next()) {
        auto& row = found.emplace_back();
        row.sequence = rows.integer();
        row.key.channel = rows.text();
        row.key.account = rows.text();
        row.key.event_id = rows.text();
        row.logical_id = rows.text();
        row.chat_id = rows.text();
        row.message_id = rows.text();
        row.payload = rows.text();
        row.received_at_ms = rows.integer();
        row.updated_at_ms = rows.integer();
        row.state = inbox_state_from(rows.text());
        row.reason = rows.text();
        row.session_key = rows.text();
        row.run_id = rows.text();
        row.trace = rows.text();
        row.attempts = static_cast<int>(rows.integer());
    }
    TRY_VOID(rows.end());
    return found;
}

} // namespace

std::string_view name(InboxState state) {
    return inbox_state_names[static_cast<std::size_t>(std::to_underlying(state))];
}

Inbox::Inbox(Store& store, const Clock& clock, InboxOptions options)
    : store_(&store)
    , clock_(&clock)
    , options_(options) {}

Write Inbox::record(InboxRow row, std::shared_ptr<Recorded> found, SharedFiles files) {
    row.updated_at_ms = clock_->unix_ms();
    if (row.received_at_ms == 0) row.received_at_ms = row.updated_at_ms;
    const auto before_ms = row.updated_at_ms - options_.keep_for.count();
    const bool prunes = recorded_++ % prune_inbox_every == 0;
    const auto keep = options_.max_tombstones;
    return {.apply = [row = std::move(row), found = std::move(found), files = std::move(files),
                      before_ms, prunes, keep](Database* database) -> Result<void> {
        const auto recorded = TRY(insert_once(*database, row));
        if (found) *found = recorded;
        if (recorded.duplicate) return {};
        TRY_VOID(insert_files(*database, files_of(row.key), files, row.updated_at_ms));
        if (!prunes) return {};
        TRY_VOID(prune_files(*database, before_ms));
        return prune_inbox(*database, before_ms, recorded.sequence - keep);
    }};
}

Write Inbox::mark_running(InboxKey key, std::string session_key, std::string run_id) {
    return {.apply = [key = std::move(key), session_key = std::move(session_key),
                      run_id = std::move(run_id), now = clock_->unix_ms()](Database* database) {
        return database->run(
            "update inbox set state = 'running', reason = '', session_key = ?, run_id = ?, "
            "updated_at_ms = ? where channel = ? and account = ? and event_id = ? "
            "and state in ('received', 'running', 'parked')",
            session_key, run_id, now, key.channel, key.account, key.event_id);
    }};
}

Write Inbox::charge(InboxKey key) {
    return {.apply = [key = std::move(key), now = clock_->unix_ms()](Database* database) {
        return database->run("update inbox set attempts = attempts + 1, updated_at_ms = ? "
                             "where channel = ? and account = ? and event_id = ?",
                             now, key.channel, key.account, key.event_id);
    }};
}

Write Inbox::settle(InboxKey key, InboxState state, std::string reason) {
    const bool has_ended = state == InboxState::done || state == InboxState::dropped;
    return {.apply = [key = std::move(key), state, has_ended, reason = std::move(reason),
                      now = clock_->unix_ms()](Database* database) -> Result<void> {
        if (has_ended) TRY_VOID(delete_files(*database, files_of(key)));
        return database->run("update inbox set state = ?, reason = ?, updated_at_ms = ?, "
                             "payload = case when ? then null else payload end "
                             "where channel = ? and account = ? and event_id = ? and state not in "
                             "('done', 'dropped')",
                             name(state), reason, now, has_ended, key.channel, key.account,
                             key.event_id);
    }};
}

void Inbox::unfinished(std::int64_t after_sequence, std::size_t limit, OnRows done) {
    store_->read<std::vector<InboxRow>>(
        [after_sequence, limit](Database* database) {
            return all_of(database->query("select " INBOX_COLUMNS " from inbox "
                                          "where state in ('received', 'running') and sequence > ? "
                                          "order by sequence limit ?",
                                          after_sequence, limit));
        },
        std::move(done));
}

void Inbox::find(std::string id, OnRows done) {
    store_->read<std::vector<InboxRow>>(
        [id = std::move(id)](Database* database) -> Result<std::vector<InboxRow>> {
            if (id.empty()) return {}; // rows without a run or logical id are not "found"
            return all_of(
                database->query("select " INBOX_COLUMNS " from inbox "
                                "where ?1 in (event_id, logical_id, message_id, run_id, trace) "
                                "order by sequence desc limit 20",
                                id));
        },
        std::move(done));
}

} // namespace openclaw::ledger
