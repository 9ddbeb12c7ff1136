#include "supervisor/ledger/outbox.h"

#include "supervisor/ledger/database.h"

#include <array>
#include <utility>

namespace openclaw::ledger {

namespace {

constexpr std::array<std::string_view, 5> outbox_state_names{"queued", "sending", "sent", "failed",
                                                             "unknown"};
constexpr std::uint64_t prune_outbox_every =
    16; // rows added; each time at most 32 rows go, so pruning keeps up

OutboxState outbox_state_from(std::string_view word) {
    for (std::size_t i = 0; i < outbox_state_names.size(); ++i)
        if (outbox_state_names[i] == word) return static_cast<OutboxState>(i);
    return OutboxState::unknown;
}

Result<void> insert(Database& database, const OutboxRow& row) {
    return database.run(
        "insert or ignore into outbox (action_id, channel, account, chat_id, thread_id, chat_kind, "
        "reply_to_message_id, session_key, run_id, inbox_event_id, trace, markdown, retry_class, "
        "notice, state, "
        "attempts, parts, stream_message_id, maybe_duplicate, repeats, next_try_at_ms, "
        "expires_at_ms, "
        "error_code, error, created_at_ms, updated_at_ms) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row.action_id, row.to.channel, row.to.account, row.to.chat.id, row.to.chat.thread_id,
        std::to_underlying(row.to.chat.kind), row.reply_to_message_id, row.session_key, row.run_id,
        row.inbox_event_id, row.trace, row.markdown, std::to_underlying(row.retry_class),
        row.notice, name(row.state), row.attempts, row.parts, row.stream_message_id,
        row.maybe_duplicate, row.repeats, row.next_try_at_ms, row.expires_at_ms, row.error_code,
        row.error, row.created_at_ms, row.updated_at_ms);
}

// Looks at the oldest rows only. Receipts go first, while their rows still say which they are.
Result<void> prune_outbox(Database& database, std::int64_t before_ms, std::int64_t up_to) {
#define OLDEST_FINISHED                                                                            \
    "(select sequence from (select sequence, state, created_at_ms from outbox order by sequence "  \
    "limit 64) "                                                                                   \
    " where state in ('sent', 'failed', 'unknown') and (created_at_ms < ? or sequence <= ?) "      \
    "limit 32)"
    TRY_VOID(database.run("delete from outbox_receipts where outbox_sequence in " OLDEST_FINISHED,
                          before_ms, up_to));
    return database.run("delete from outbox where sequence in " OLDEST_FINISHED, before_ms, up_to);
#undef OLDEST_FINISHED
}

#define OUTBOX_COLUMNS                                                                             \
    "sequence, action_id, channel, account, chat_id, thread_id, chat_kind, reply_to_message_id, "  \
    "session_key, run_id, "                                                                        \
    "inbox_event_id, trace, markdown, retry_class, notice, state, attempts, parts, "               \
    "stream_message_id, maybe_duplicate, repeats, next_try_at_ms, expires_at_ms, error_code, "     \
    "error, created_at_ms, updated_at_ms, "                                                        \
    "(select count(*) from files where owner = 'out:' || action_id)"

void read_address(Rows& rows, OutboxRow& row) {
    row.to.channel = rows.text();
    row.to.account = rows.text();
    row.to.chat.id = rows.text();
    row.to.chat.thread_id = rows.text();
    row.to.chat.kind = static_cast<ChatKind>(rows.integer());
    row.reply_to_message_id = rows.text();
    row.session_key = rows.text();
    row.run_id = rows.text();
    row.inbox_event_id = rows.text();
    row.trace = rows.text();
}

void read_progress(Rows& rows, OutboxRow& row) {
    row.state = outbox_state_from(rows.text());
    row.attempts = static_cast<std::uint32_t>(rows.integer());
    row.parts = static_cast<std::uint32_t>(rows.integer());
    row.stream_message_id = rows.text();
    row.maybe_duplicate = rows.flag();
    row.repeats = static_cast<std::uint32_t>(rows.integer());
    row.next_try_at_ms = rows.integer();
    row.expires_at_ms = rows.integer();
    row.error_code = rows.text();
    row.error = rows.text();
    row.created_at_ms = rows.integer();
    row.updated_at_ms = rows.integer();
    row.files = static_cast<std::uint32_t>(rows.integer());
}

Result<void> add_receipts(Database& database, OutboxRow& row) {
    auto rows = database.query(
        "select part, message_id, at_ms from outbox_receipts where outbox_sequence = ? "
        "order by part",
        row.sequence);
    while (rows.next()) {
        auto& receipt = row.receipts.emplace_back();
        receipt.part = static_cast<std::uint32_t>(rows.integer());
        receipt.message_id = rows.text();
        receipt.at_ms = rows.integer();
    }
    return rows.end();
}

Result<std::vector<OutboxRow>> all_of(Database& database, Rows rows) {
    std::vector<OutboxRow> found;
    while (rows.next()) {
        auto& row = found.emplace_back();
        row.sequence = rows.integer();
        row.action_id = rows.text();
        read_address(rows, row);
        row.markdown = rows.text();
        row.retry_class = static_cast<RetryClass>(rows.integer());
        row.notice = rows.flag();
        read_progress(rows, row);
    }
    TRY_VOID(rows.end());
    for (auto& row : found)
        TRY_VOID(add_receipts(database, row));
    return found;
}

} // namespace

std::string_view name(OutboxState state) {
    return outbox_state_names[static_cast<std::size_t>(std::to_underlying(state))];
}

Outbox::Outbox(Store& store, const Clock& clock, OutboxOptions options)
    : store_(&store)
    , clock_(&clock)
    , options_(options) {}

Write Outbox::add(OutboxRow row, SharedFiles files) {
    row.updated_at_ms = clock_->unix_ms();
    if (row.created_at_ms == 0) row.created_at_ms = row.updated_at_ms;
    const auto before_ms = row.updated_at_ms - options_.keep_for.count();
    const bool prunes = added_++ % prune_outbox_every == 0;
    return {.apply = [row = std::move(row), files = std::move(files), before_ms, prunes,
                      keep = options_.max_finished](Database* database) -> Result<void> {
        TRY_VOID(insert(*database, row));
        if (database->changed_rows() != 1) return {};
        const auto sequence = database->last_row_id();
        TRY_VOID(insert_files(*database, files_of_action(row.action_id), files, row.updated_at_ms));
        if (prunes) TRY_VOID(prune_outbox(*database, before_ms, sequence - keep));
        return {};
    }};
}

Write Outbox::save(const OutboxRow& row) {
    return {.apply = [action_id = row.action_id, state = row.state, attempts = row.attempts,
                      maybe_duplicate = row.maybe_duplicate, repeats = row.repeats,
                      next_try_at_ms = row.next_try_at_ms, error_code = row.error_code,
                      error = row.error, now = clock_->unix_ms()](Database* database) {
        return database->run(
            "update outbox set state = ?, attempts = ?, maybe_duplicate = maybe_duplicate or ?, "
            "repeats = ?, next_try_at_ms = ?, error_code = ?, error = ?, updated_at_ms = ? "
            "where action_id = ? and state in ('queued', 'sending')",
            name(state), attempts, maybe_duplicate, repeats, next_try_at_ms, error_code, error, now,
            action_id);
    }};
}

Write Outbox::part_sent(std::string action_id, std::uint32_t part, std::uint32_t parts,
                        std::string message_id) {
    return {.apply = [action_id = std::move(action_id), part, parts,
                      message_id = std::move(message_id),
                      now = clock_->unix_ms()](Database* database) -> Result<void> {
        TRY_VOID(database->run("update outbox set parts = ?, updated_at_ms = ? where action_id = ?",
                               parts, now, action_id));
        return database->run(
            "insert into outbox_receipts (outbox_sequence, part, message_id, at_ms) "
            "select sequence, ?, ?, ? from outbox where action_id = ? "
            "on conflict (outbox_sequence, part) do update set message_id = excluded.message_id, "
            "at_ms = excluded.at_ms",
            part, message_id, now, action_id);
    }};
}

Write Outbox::preview_known(std::string action_id, std::string message_id) {
    return {.apply = [action_id = std::move(action_id), message_id = std::move(message_id),
                      now = clock_->unix_ms()](Database* database) {
        return database->run(
            "update outbox set stream_message_id = ?, updated_at_ms = ? where action_id = ?",
            message_id, now, action_id);
    }};
}

Write Outbox::set_text(std::string action_id, std::string markdown, std::int64_t expires_at_ms) {
    return {.apply = [action_id = std::move(action_id), markdown = std::move(markdown),
                      expires_at_ms, now = clock_->unix_ms()](Database* database) {
        return database->run("update outbox set markdown = ?, expires_at_ms = ?, updated_at_ms = ? "
                             "where action_id = ? and state in ('queued', 'sending')",
                             markdown, expires_at_ms, now, action_id);
    }};
}

Write Outbox::finish(std::string action_id, OutboxState state, std::string error_code,
                     std::string error) {
    const bool is_sent = state == OutboxState::sent;
    return {.apply = [action_id = std::move(action_id), state, is_sent,
                      error_code = std::move(error_code), error = std::move(error),
                      now = clock_->unix_ms()](Database* database) -> Result<void> {
        TRY_VOID(delete_files(*database, files_of_action(action_id)));
        return database->run(
            "update outbox set state = ?, error_code = ?, error = ?, next_try_at_ms = 0, "
            "markdown = case when ? then '' else markdown end, updated_at_ms = ? "
            "where action_id = ? and state <> 'sent'",
            name(state), error_code, error, is_sent, now, action_id);
    }};
}

void Outbox::unfinished(std::int64_t after_sequence, std::size_t limit, OnRows done) {
    store_->read<std::vector<OutboxRow>>(
        [after_sequence, limit](Database* database) {
            return all_of(*database,
                          database->query("select " OUTBOX_COLUMNS " from outbox "
                                          "where state in ('queued', 'sending') and sequence > ? "
                                          "order by sequence limit ?",
                                          after_sequence, limit));
        },
        std::move(done));
}

void Outbox::of_action(std::string action_id, OnRows done) {
    store_->read<std::vector<OutboxRow>>(
        [action_id = std::move(action_id)](Database* database) {
            return all_of(*database, database->query("select " OUTBOX_COLUMNS
                                                     " from outbox where action_id = ?",
                                                     action_id));
        },
        std::move(done));
}

void Outbox::find(std::string id, OnRows done) {
    store_->read<std::vector<OutboxRow>>(
        [id = std::move(id)](Database* database) -> Result<std::vector<OutboxRow>> {
            if (id.empty()) return {};
            return all_of(
                *database,
                database->query(
                    "select " OUTBOX_COLUMNS " from outbox "
                    "where ?1 in (action_id, run_id, trace, inbox_event_id, stream_message_id) "
                    "or sequence in (select outbox_sequence from outbox_receipts "
                    "                where message_id = ?1) "
                    "order by sequence desc limit 20",
                    id));
        },
        std::move(done));
}

} // namespace openclaw::ledger
