#include "supervisor/rpc/history.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/message_row.h"
#include "supervisor/rpc/session_row.h"

#include <array>
#include <charconv>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t default_limit = 200, max_limit = 1000;
constexpr std::size_t default_max_chars = 500'000;
constexpr std::size_t default_max_bytes = 4'000'000; // of text in one answer

struct Question {
    std::string written_key; // echoed as it was sent
    std::string session_key;
    std::string session_id;
    std::size_t limit = 0, max_chars = 0, max_bytes = 0;
    std::int64_t before = 0;           // sequence; 0: from the newest
    std::optional<std::int64_t> after; // set: only rows after this one are news
};

// Cursors are opaque to clients; ours are base64url of "<session id>:<last sequence>".
std::string cursor_of(std::string_view session_id, std::int64_t sequence) {
    const std::string plain = std::string(session_id) + ":" + std::to_string(sequence);
    return to_base64url({reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()});
}

std::optional<std::int64_t> sequence_in(std::string_view cursor, std::string_view session_id) {
    const auto plain = from_base64url(cursor);
    if (!plain || !plain->starts_with(std::string(session_id) + ":")) return std::nullopt;
    std::int64_t sequence = 0;
    const char* from = plain->data() + session_id.size() + 1;
    const auto [end, error] = std::from_chars(from, plain->data() + plain->size(), sequence);
    return error == std::errc() && end == plain->data() + plain->size() ? std::optional(sequence)
                                                                        : std::nullopt;
}

void write_session(json::Writer& out, const Question& question, const HistoryParts& parts) {
    const ledger::Session* session = parts.conversations.find(question.session_key);
    if (session == nullptr) return;
    const auto active = parts.runs.active(question.session_key);
    out.key("sessionInfo");
    write_row(out, {.session = *session,
                    .facts = parts.facts,
                    .active = active,
                    .now_ms = parts.clock.unix_ms()});
    if (active.empty() || active.front()->started_at_ms == 0) return;
    out.key("inFlightRun")
        .begin_object()
        .member("runId", active.front()->request.run_id)
        .member("text", active.front()->text);
    out.member("startedAt", active.front()->started_at_ms).end_object();
}

// What was said and waits for its turn.
void write_pending(json::Writer& out, const Question& question, const HistoryParts& parts) {
    std::int64_t total = 0;
    out.key("pendingInputs").begin_object().key("items").begin_array();
    for (const flow::Run* run : parts.runs.active(question.session_key)) {
        if (run->status != flow::RunStatus::queued) continue;
        ++total;
        const std::string& id = run->request.run_id;
        out.begin_object().member("id", id).member("runId", id).key("message").begin_object();
        out.member("role", "user");
        out.member("content", utf8_prefix(run->request.message, question.max_chars));
        out.member("timestamp", run->accepted_at_ms).member("idempotencyKey", id + ":user");
        out.end_object().member("acceptedAt", run->accepted_at_ms).member("state", "queued");
        out.end_object();
    }
    out.end_array().member("total", total).end_object();
}

// The newest rows that fit, oldest first.
std::size_t first_that_fits(const std::vector<ledger::TranscriptRow>& rows,
                            const Question& question) {
    std::size_t first = rows.size(), bytes = 0;
    while (first > 0) {
        bytes += std::min(rows[first - 1].text.size(), question.max_chars);
        if (bytes > question.max_bytes && first < rows.size()) break;
        --first;
    }
    return first;
}

std::string page_json(const Question& question, const ledger::TranscriptPage& page,
                      const HistoryParts& parts) {
    const std::size_t first = first_that_fits(page.rows, question);
    const bool has_more = page.has_more || first > 0;
    json::Writer out;
    out.begin_object().member("sessionKey", question.written_key);
    if (!question.session_id.empty()) out.member("sessionId", question.session_id);
    out.key("messages").begin_array();
    for (std::size_t i = first; i < page.rows.size(); ++i)
        write_message(out, page.rows[i], question.max_chars);
    out.end_array();
    write_pending(out, question, parts);
    const bool is_newest = question.before == 0;
    if (is_newest && !page.rows.empty())
        out.member("deltaCursor", cursor_of(question.session_id, page.rows.back().sequence));
    if (has_more && first < page.rows.size())
        out.member("nextOffset", page.total - page.rows[first].sequence + 1);
    out.member("hasMore", has_more)
        .member("totalMessages", page.total)
        .raw_member("defaults", session_defaults(parts.facts));
    write_session(out, question, parts);
    return out.end_object().take();
}

std::string delta_json(const Question& question, const ledger::TranscriptPage& page,
                       const HistoryParts& parts) {
    const bool is_continuation = page.rows.empty()
                                     ? *question.after == 0
                                     : page.rows.front().sequence <= *question.after + 1;
    if (!is_continuation) return R"({"kind":"reset"})";
    json::Writer out;
    out.begin_object()
        .member("kind", "delta")
        .member("sessionKey", question.written_key)
        .member("sessionId", question.session_id);
    out.key("messages").begin_array();
    std::int64_t last = *question.after;
    for (const auto& row : page.rows) {
        if (row.sequence > *question.after) write_message(out, row, question.max_chars);
        last = std::max(last, row.sequence);
    }
    out.end_array().member("deltaCursor", cursor_of(question.session_id, last));
    write_pending(out, question, parts);
    write_session(out, question, parts);
    return out.end_object().take();
}

Question question_from(json::View params, std::string session_key, const ledger::Session* session) {
    Question question{.written_key = std::string(params["sessionKey"].text()),
                      .session_key = std::move(session_key),
                      .session_id = {}};
    if (session != nullptr) question.session_id = session->session_id;
    question.limit = static_cast<std::size_t>(params["limit"].integer(default_limit));
    question.max_chars = static_cast<std::size_t>(params["maxChars"].integer(default_max_chars));
    question.max_bytes = static_cast<std::size_t>(params["maxBytes"].integer(default_max_bytes));
    return question;
}

void read_page(const Reply& reply, Question question, const HistoryParts& parts) {
    const auto session_id = question.session_id;
    const auto before = question.before;
    const auto limit = question.after ? static_cast<std::size_t>(max_limit) : question.limit;
    parts.conversations.page(
        session_id, before, limit,
        [reply, question = std::move(question), parts](Result<ledger::TranscriptPage> page) {
            if (!page) return reply.fail(page.error());
            reply.ok(question.after ? delta_json(question, *page, parts)
                                    : page_json(question, *page, parts));
        });
}

// An offset counts from the newest row; the ledger pages by sequence, which has no gaps.
void read_from_offset(const Reply& reply, Question question, std::int64_t offset,
                      const HistoryParts& parts) {
    const auto session_id = question.session_id;
    parts.conversations.page(
        session_id, 0, 1,
        [reply, question = std::move(question), offset,
         parts](Result<ledger::TranscriptPage> newest) mutable {
            if (!newest) return reply.fail(newest.error());
            question.before = newest->total - offset + 1;
            if (question.before > 1) return read_page(reply, std::move(question), parts);
            reply.ok(page_json(question, {.rows = {}, .has_more = false, .total = newest->total},
                               parts));
        });
}

void history(Call& call, const HistoryParts& parts) {
    const auto session_key = policy::canonical_session_key(call.params["sessionKey"].text(),
                                                           parts.facts.agents.default_id);
    if (!session_key) return call.reply.fail(session_key.error());
    const ledger::Session* session = parts.conversations.find(*session_key);
    Question question = question_from(call.params, *session_key, session);
    if (session == nullptr)
        return call.reply.ok(page_json(question, {}, parts)); // PROTOCOL.md 12.6: no error
    if (const auto cursor = call.params["cursor"].text(); !cursor.empty()) {
        question.after = sequence_in(cursor, session->session_id);
        if (!question.after) return call.reply.ok(R"({"kind":"reset"})");
        return read_page(call.reply, std::move(question), parts);
    }
    if (const auto offset = call.params["offset"].integer(); offset > 0)
        return read_from_offset(call.reply, std::move(question), offset, parts);
    read_page(call.reply, std::move(question), parts);
}

constexpr std::array params = {
    required_text("sessionKey", 0, 512),
    text("agentId"),
    text("cursor"),
    integer("limit", 1, max_limit),
    integer("offset", 0),
    anything("pendingBefore"),
    Field{.name = "inputRunIds", .kind = Kind::string_list},
    text("messageId"),
    text("sessionId"),
    integer("maxChars", 1, 500'000),
    integer("maxBytes", 1, 26'214'400),
};

} // namespace

void add_history(MethodTable& table, HistoryParts parts) {
    for (const auto* name : {"chat.history", "chat.startup"})
        table.add({.name = name,
                   .scope = policy::scope::read,
                   .params = params,
                   .handler = [parts](Call& call) { history(call, parts); }});
}

} // namespace openclaw::rpc
