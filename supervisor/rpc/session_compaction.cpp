#include "supervisor/rpc/session_compaction.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/session_answer.h"
#include "supervisor/rpc/session_branches.h"

#include <algorithm>
#include <array>
#include <functional>

namespace openclaw::rpc {

namespace {

constexpr std::int64_t kept_rows = 6;   // of the old transcript, word by word
constexpr std::int64_t least_rows = 10; // fewer are not worth a summary
constexpr Milliseconds summary_within = std::chrono::minutes(2);
constexpr std::string_view too_small = "Nothing to compact (session too small)";
constexpr std::string_view summary_request =
    "Write a summary of our conversation until here, for yourself: you will go on with it in place "
    "of the conversation. Keep facts, decisions, names, open questions and what you promised. "
    "Leave "
    "out pleasantries. Answer with the summary alone.";
constexpr std::string_view summary_heading = "[Summary of the conversation until here]\n\n";

using ledger::SessionCheckpoint;
using ledger::TranscriptPage;

std::string not_compacted(const std::string& key, std::string_view reason) {
    json::Writer out;
    out.begin_object().member("ok", false).member("key", key).member("compacted", false);
    return out.member("reason", reason).end_object().take();
}

void write_checkpoint(json::Writer& out, const SessionCheckpoint& point, const std::string& key) {
    out.begin_object().member("checkpointId", point.id).member("sessionKey", key);
    out.member("sessionId", point.after_session_id).member("createdAt", point.created_at_ms);
    out.member("reason", "manual").member("tokensBefore", point.tokens_before);
    if (!point.first_kept_id.empty()) out.member("firstKeptEntryId", point.first_kept_id);
    out.key("preCompaction").begin_object().member("sessionId", point.before_session_id);
    if (!point.before_leaf_id.empty()) out.member("leafId", point.before_leaf_id);
    out.end_object().key("postCompaction").begin_object();
    out.member("sessionId", point.after_session_id).end_object().end_object();
}

std::string compacted_json(const std::string& key, const SessionCheckpoint& point,
                           std::string_view summary) {
    json::Writer out;
    out.begin_object().member("ok", true).member("key", key).member("compacted", true);
    out.key("result").begin_object().member("tokensBefore", point.tokens_before);
    if (!summary.empty()) out.member("summary", summary);
    out.key("checkpoint");
    write_checkpoint(out, point, key);
    return out.end_object().end_object().take();
}

// What is known of the old transcript before the summary is asked for.
struct Old {
    std::string key, session_id, leaf_id, first_kept_id;
    std::int64_t rows = 0, keeps = 0;
};

ledger::TranscriptRow summary_row(std::string_view summary, std::int64_t now_ms) {
    ledger::TranscriptRow row;
    row.id = uuid_v4();
    row.role = "assistant";
    row.text = std::string(summary_heading).append(summary);
    row.at_ms = now_ms;
    row.provider = "openclaw";
    row.model = "compaction";
    row.stop_reason = "stop";
    return row;
}

// The session goes on with the last rows, and with the summary of the others when there is one. In
// memory at once: the next turn of the session finds it so.
void continue_shorter(const Reply& reply, const Old& old, const std::string& summary,
                      const RunParts& parts) {
    const auto* session = parts.conversations.find(old.key);
    if (session == nullptr || session->session_id != old.session_id)
        return reply.ok(not_compacted(old.key, "the session was begun anew meanwhile"));
    const auto now_ms = parts.loop.clock().unix_ms();
    ledger::Session next = *session;
    next.session_id = uuid_v4();
    next.session_started_at_ms = now_ms;
    next.total_tokens = 0;
    const SessionCheckpoint point{.id = uuid_v4(),
                                  .before_session_id = old.session_id,
                                  .before_leaf_id = old.leaf_id,
                                  .after_session_id = next.session_id,
                                  .first_kept_id = old.first_kept_id,
                                  .before_rows = old.rows,
                                  .created_at_ms = now_ms,
                                  .tokens_before =
                                      static_cast<std::int64_t>(session->total_tokens)};
    auto& points = next.settings.checkpoints;
    points.insert(points.begin(), point);
    if (points.size() > ledger::SessionSettings::max_checkpoints)
        points.resize(ledger::SessionSettings::max_checkpoints);
    Continuation rest{.excerpt = {.session_id = old.session_id,
                                  .first_sequence = old.rows - old.keeps + 1,
                                  .last_sequence = old.rows}};
    if (!summary.empty()) rest.opening.push_back(summary_row(summary, now_ms));
    parts.conversations.keep_continued(
        std::move(next), std::move(rest),
        [reply, key = old.key, point, summary, parts](Result<void> kept) {
            if (!kept) return reply.fail(kept.error());
            parts.run_events.tell_session_changed(key, "compact");
            reply.ok(compacted_json(key, point, summary));
        });
}

void ask_for_summary(const Reply& reply, const Old& old, const RunParts& parts) {
    flow::RunRequest request;
    request.run_id = uuid_v4();
    request.session_key = old.key;
    request.agent_id = policy::agent_of(old.key);
    request.message = summary_request;
    request.trace = request.run_id;
    request.timeout = summary_within;
    const std::string run_id = request.run_id;
    const auto begun = parts.runs.begin(std::move(request));
    if (!begun) return reply.fail(begun.error());
    parts.run_events.when_ended(run_id, [reply, old, parts](const flow::Run& run) {
        if (run.status == flow::RunStatus::completed && !trim(run.text).empty())
            return continue_shorter(reply, old, run.text, parts);
        reply.ok(not_compacted(old.key, run.error.empty() ? "the model wrote no summary"
                                                          : std::string_view(run.error)));
    });
}

void compact(Call& call, const RunParts& parts) {
    const auto key = session_named(call.params["key"].text(), parts.facts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    if (session == nullptr) return call.reply.fail(no_such_session(*key));
    const auto lines = call.params["maxLines"].integer();
    const auto keeps = lines > 0 ? lines : kept_rows, least = lines > 0 ? lines + 1 : least_rows;
    Old old{.key = *key, .session_id = session->session_id, .keeps = keeps};
    parts.conversations.page(
        old.session_id, 0, static_cast<std::size_t>(keeps),
        [reply = call.reply, old, least, lines, parts](Result<TranscriptPage> page) mutable {
            if (!page) return reply.fail(page.error());
            if (const auto busy = busy_session(old.key, parts))
                return reply.ok(not_compacted(old.key, busy->message));
            if (page->total < least) return reply.ok(not_compacted(old.key, too_small));
            old.rows = page->total;
            old.leaf_id = page->rows.back().id;
            old.first_kept_id = page->rows.front().id;
            if (lines > 0) return continue_shorter(reply, old, {}, parts);
            ask_for_summary(reply, old, parts);
        });
}

// Checkpoints

void list(Call& call, const RunParts& parts) {
    const auto key = session_named(call.params["key"].text(), parts.facts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    json::Writer out;
    out.begin_object().member("ok", true).member("key", *key).key("checkpoints").begin_array();
    if (session != nullptr)
        for (const auto& point : session->settings.checkpoints)
            write_checkpoint(out, point, *key);
    call.reply.ok(out.end_array().end_object().text());
}

struct Found {
    ledger::Session session;
    SessionCheckpoint point;
};

std::expected<Found, WireError> checkpoint_in(json::View params, const RunParts& parts) {
    const auto key = session_named(params["key"].text(), parts.facts);
    if (!key) return std::unexpected(to_wire(key.error()));
    const auto* session = parts.conversations.find(*key);
    if (session == nullptr) return std::unexpected(no_such_session(*key));
    const auto& points = session->settings.checkpoints;
    const auto found =
        std::ranges::find(points, params["checkpointId"].text(), &SessionCheckpoint::id);
    if (found == points.end())
        return std::unexpected(
            invalid_request("no such checkpoint: " + std::string(params["checkpointId"].text()) +
                            "; sessions.compaction.list names those there are"));
    return Found{.session = *session, .point = *found};
}

Continuation all_before(const SessionCheckpoint& point) {
    return {.excerpt = {.session_id = point.before_session_id, .last_sequence = point.before_rows}};
}

void answer_with(const Reply& reply, const std::string& source, const std::string& key,
                 const SessionCheckpoint& point, const RunParts& parts) {
    const auto* session = parts.conversations.find(key);
    if (session == nullptr) return reply.fail(no_such_session(key));
    json::Writer out;
    out.begin_object().member("ok", true);
    if (source != key) out.member("sourceKey", source);
    out.member("key", key).member("sessionId", session->session_id).key("checkpoint");
    write_checkpoint(out, point, source);
    reply.ok(out.raw_member("entry", entry_json(*session, parts)).end_object().text());
}

// The short way stays among the branches.
void restore(Call& call, const RunParts& parts) {
    auto found = checkpoint_in(call.params, parts);
    if (!found) return call.reply.fail(found.error());
    const auto session_id = found->session.session_id;
    parts.conversations.page(
        session_id, 0, 1,
        [reply = call.reply, found = std::move(*found), parts](Result<TranscriptPage> page) {
            if (!page) return reply.fail(page.error());
            const auto& key = found.session.key;
            if (const auto busy = busy_session(key, parts)) return reply.fail(*busy);
            parts.conversations.keep_continued(
                branched(found.session, *page, parts.loop.clock().unix_ms()),
                all_before(found.point),
                [reply, key, point = found.point, parts](Result<void> kept) {
                    if (!kept) return reply.fail(kept.error());
                    parts.run_events.tell_session_changed(key, "restore");
                    answer_with(reply, key, key, point, parts);
                });
        });
}

void branch(Call& call, const RunParts& parts) {
    const auto found = checkpoint_in(call.params, parts);
    if (!found) return call.reply.fail(found.error());
    auto session = forked(found->session, parts);
    const auto key = session.key;
    parts.conversations.keep_continued(std::move(session), all_before(found->point),
                                       [reply = call.reply, source = found->session.key, key,
                                        point = found->point, parts](Result<void> kept) {
                                           if (!kept) return reply.fail(kept.error());
                                           parts.run_events.tell_session_changed(key, "create");
                                           answer_with(reply, source, key, point, parts);
                                       });
}

constexpr std::array compact_params = {required_text("key"), text("agentId", 1),
                                       integer("maxLines", 1, 10'000)};
constexpr std::array list_params = {required_text("key"), text("agentId", 1)};
constexpr std::array point_params = {required_text("key"), text("agentId", 1),
                                     required_text("checkpointId")};

} // namespace

void add_session_compaction(MethodTable& table, RunParts parts) {
    struct Row {
        std::string_view name, scope;
        std::span<const Field> params;
        void (*act)(Call&, const RunParts&);
        Admission admission = Admission::control;
    };

    static constexpr std::array<Row, 4> rows = {{
        {"sessions.compact", policy::scope::admin, compact_params, compact, Admission::work},
        {"sessions.compaction.list", policy::scope::read, list_params, list},
        {"sessions.compaction.restore", policy::scope::admin, point_params, restore},
        {"sessions.compaction.branch", policy::scope::write, point_params, branch},
    }};
    for (const auto& row : rows)
        table.add({.name = row.name,
                   .scope = row.scope,
                   .admission = row.admission,
                   .params = row.params,
                   .handler = [parts, act = row.act](Call& call) { act(call, parts); }});
}

} // namespace openclaw::rpc
