#include "supervisor/rpc/session_branches.h"

#include "common/base/first_line.h"
#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/session_answer.h"
#include "supervisor/rpc/stability.h"

#include <algorithm>
#include <array>
#include <functional>

namespace openclaw::rpc {

namespace {

constexpr std::size_t newest_looked_at = 2000; // how far back an entry is looked for
constexpr std::size_t headline_bytes = 100;

using ledger::TranscriptPage;

// Where the line is cut: a question is taken back into the editor, an answer is kept.
struct Cut {
    std::int64_t rows = 0; // that stay
    std::optional<std::string> editor_text;
};

std::optional<Cut> cut_at(const TranscriptPage& page, std::string_view entry_id) {
    const auto row = std::ranges::find(page.rows, entry_id, &ledger::TranscriptRow::id);
    if (row == page.rows.end()) return std::nullopt;
    if (row->role == "user") return Cut{.rows = row->sequence - 1, .editor_text = row->text};
    return Cut{.rows = row->sequence, .editor_text = std::nullopt};
}

WireError no_such_entry(std::string_view id) {
    return invalid_request("no such entry in the conversation: " + std::string(id),
                           R"({"reason":"entry-not-found"})");
}

// What was asked of which conversation, with its newest rows.
struct Question {
    Reply reply;
    ledger::Session session;
    TranscriptPage page;
};

using Then = std::function<void(const Question&)>;

// Reads the newest rows of the session a call names and goes on with them, when nothing runs there.
void with_rows(Call& call, std::string_view written, std::size_t limit, const RunParts& parts,
               Then then) {
    const auto key = session_named(written, parts.facts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    if (session == nullptr) return call.reply.fail(no_such_session(*key));
    parts.conversations.page(session->session_id, 0, limit,
                             [reply = call.reply, key = *key, id = session->session_id, parts,
                              then = std::move(then)](Result<TranscriptPage> page) {
                                 if (!page) return reply.fail(page.error());
                                 if (const auto busy = busy_session(key, parts))
                                     return reply.fail(*busy);
                                 const auto* now = parts.conversations.find(key);
                                 if (now == nullptr || now->session_id != id)
                                     return reply.fail(no_such_session(key));
                                 then({.reply = reply, .session = *now, .page = std::move(*page)});
                             });
}

std::string editor_json(const std::optional<std::string>& text, std::string_view session_key) {
    json::Writer out;
    out.begin_object();
    if (!session_key.empty()) out.member("sessionKey", session_key);
    if (text) out.member("editorText", *text);
    return out.end_object().take();
}

void rewind(Call& call, const RunParts& parts) {
    const std::string entry(call.params["entryId"].text());
    with_rows(call, call.params["sessionKey"].text(), newest_looked_at, parts,
              [parts, entry](const Question& q) {
                  const auto cut = cut_at(q.page, entry);
                  if (!cut) return q.reply.fail(no_such_entry(entry));
                  const auto key = q.session.key;
                  parts.conversations.keep_continued(
                      branched(q.session, q.page, parts.loop.clock().unix_ms()),
                      {.excerpt = {.session_id = q.session.session_id, .last_sequence = cut->rows}},
                      [reply = q.reply, key, parts, text = cut->editor_text](Result<void> kept) {
                          if (!kept) return reply.fail(kept.error());
                          parts.run_events.tell_session_changed(key, "rewind");
                          reply.ok(editor_json(text, {}));
                      });
              });
}

void fork(Call& call, const RunParts& parts) {
    const std::string entry(call.params["entryId"].text());
    with_rows(call, call.params["sessionKey"].text(), newest_looked_at, parts,
              [parts, entry](const Question& q) {
                  const auto cut = cut_at(q.page, entry);
                  if (!cut) return q.reply.fail(no_such_entry(entry));
                  auto session = forked(q.session, parts);
                  const auto key = session.key;
                  parts.conversations.keep_continued(
                      std::move(session),
                      {.excerpt = {.session_id = q.session.session_id, .last_sequence = cut->rows}},
                      [reply = q.reply, key, parts, text = cut->editor_text](Result<void> kept) {
                          if (!kept) return reply.fail(kept.error());
                          parts.run_events.tell_session_changed(key, "create");
                          reply.ok(editor_json(text, key));
                      });
              });
}

// recover: a question that got no answer is asked again

std::string recovered_json(const ledger::Session& session, const Result<flow::Begun>& begun) {
    json::Writer out;
    out.begin_object().member("ok", true).member("key", session.key);
    out.member("sessionId", session.session_id).key("continuation").begin_object();
    if (begun)
        out.member("status", "started").member("runId", begun->run_id);
    else
        out.member("status", "rejected").raw_member("error", to_json(to_wire(begun.error())));
    return out.end_object().end_object().take();
}

void ask_again(const Reply& reply, const std::string& key, const std::string& question,
               const RunParts& parts) {
    flow::RunRequest request;
    request.run_id = uuid_v4();
    request.session_key = key;
    request.agent_id = policy::agent_of(key);
    request.message = question;
    request.trace = request.run_id;
    const std::string run_id = request.run_id;
    const auto begun = parts.runs.begin(std::move(request));
    if (begun) parts.run_events.narrate(run_id);
    const auto* session = parts.conversations.find(key);
    if (session == nullptr) return reply.fail(no_such_session(key));
    reply.ok(recovered_json(*session, begun));
}

void recover(Call& call, const RunParts& parts) {
    with_rows(call, call.params["key"].text(), 1, parts, [parts](const Question& q) {
        if (q.page.rows.empty() || q.page.rows.back().role != "user")
            return q.reply.ok(recovered_json(
                q.session, fail(Code::invalid, "there is nothing to recover: the last message of "
                                               "this conversation is an answer")));
        const auto& question = q.page.rows.back();
        const auto key = q.session.key;
        parts.conversations.keep_continued(
            branched(q.session, {}, parts.loop.clock().unix_ms()),
            {.excerpt = {.session_id = q.session.session_id,
                         .last_sequence = question.sequence - 1}},
            [reply = q.reply, key, parts, text = question.text](Result<void> kept) {
                if (!kept) return reply.fail(kept.error());
                parts.run_events.tell_session_changed(key, "recover");
                ask_again(reply, key, text, parts);
            });
    });
}

// branches

void write_branch(json::Writer& out, const ledger::SessionBranch& branch, bool is_active) {
    out.begin_object().member("leafEntryId", branch.leaf_id).member("headline", branch.headline);
    out.member("messageCount", branch.rows).member("updatedAt", iso_time(branch.updated_at_ms));
    out.member("active", is_active).end_object();
}

ledger::SessionBranch branch_of(const std::string& session_id, const TranscriptPage& page) {
    const auto& leaf = page.rows.back();
    return {.session_id = session_id,
            .leaf_id = leaf.id,
            .headline = std::string(headline(leaf.text, headline_bytes)),
            .rows = page.total,
            .updated_at_ms = leaf.at_ms};
}

void list_branches(Call& call, const RunParts& parts) {
    const auto key = session_named(call.params["sessionKey"].text(), parts.facts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    if (session == nullptr) return call.reply.ok(R"({"branches":[]})");
    parts.conversations.page(session->session_id, 0, 1,
                             [reply = call.reply, others = session->settings.branches,
                              id = session->session_id](Result<TranscriptPage> page) {
                                 if (!page) return reply.fail(page.error());
                                 json::Writer out;
                                 out.begin_object().key("branches").begin_array();
                                 if (!page->rows.empty())
                                     write_branch(out, branch_of(id, *page), true);
                                 for (const auto& branch : others)
                                     write_branch(out, branch, false);
                                 reply.ok(out.end_array().end_object().text());
                             });
}

void switch_branch(Call& call, const RunParts& parts) {
    const std::string leaf(call.params["leafEntryId"].text());
    with_rows(call, call.params["sessionKey"].text(), 1, parts, [parts, leaf](const Question& q) {
        if (!q.page.rows.empty() && q.page.rows.back().id == leaf) return q.reply.ok("{}");
        const auto& known = q.session.settings.branches;
        const auto wanted = std::ranges::find(known, leaf, &ledger::SessionBranch::leaf_id);
        if (wanted == known.end()) return q.reply.fail(no_such_entry(leaf));
        auto session = branched(q.session, q.page, parts.loop.clock().unix_ms());
        session.session_id = wanted->session_id;
        std::erase_if(session.settings.branches,
                      [&](const auto& branch) { return branch.session_id == session.session_id; });
        const auto key = session.key;
        parts.conversations.keep(std::move(session),
                                 [reply = q.reply, key, parts](Result<void> kept) {
                                     if (!kept) return reply.fail(kept.error());
                                     parts.run_events.tell_session_changed(key, "branch");
                                     reply.ok("{}");
                                 });
    });
}

constexpr std::array entry_params = {required_text("sessionKey"), text("agentId", 1),
                                     required_text("entryId")};
constexpr std::array list_params = {required_text("sessionKey"), text("agentId", 1)};
constexpr std::array switch_params = {required_text("sessionKey"), text("agentId", 1),
                                      required_text("leafEntryId")};
constexpr std::array recover_params = {required_text("key"), text("agentId", 1)};

} // namespace

ledger::Session branched(const ledger::Session& session, const TranscriptPage& page,
                         std::int64_t now_ms) {
    ledger::Session next = session;
    auto& branches = next.settings.branches;
    if (!page.rows.empty()) branches.insert(branches.begin(), branch_of(session.session_id, page));
    if (branches.size() > ledger::SessionSettings::max_branches)
        branches.resize(ledger::SessionSettings::max_branches);
    next.session_id = uuid_v4();
    next.session_started_at_ms = now_ms;
    next.total_tokens = 0; // until a run has counted the context again
    return next;
}

ledger::Session forked(const ledger::Session& session, const RunParts& parts) {
    const std::string agent =
        session.agent_id.empty() ? parts.facts.agents.default_id : session.agent_id;
    auto fork = new_session("agent:" + agent + ":dashboard:" + uuid_v4(), parts);
    fork.settings.model = session.settings.model;
    fork.settings.title = session.settings.title;
    fork.settings.created_via = "operator";
    fork.settings.parent_key = session.key;
    return fork;
}

std::optional<WireError> busy_session(std::string_view key, const RunParts& parts) {
    if (parts.runs.active(std::string(key)).empty()) return std::nullopt;
    return invalid_request("a run is active in this session; stop it or wait for its end",
                           R"({"reason":"session-busy"})");
}

void add_session_branches(MethodTable& table, RunParts parts) {
    struct Row {
        std::string_view name, scope;
        std::span<const Field> params;
        void (*act)(Call&, const RunParts&);
        Admission admission = Admission::control;
    };

    static constexpr std::array<Row, 5> rows = {{
        {"sessions.fork", policy::scope::write, entry_params, fork},
        {"sessions.rewind", policy::scope::admin, entry_params, rewind},
        {"sessions.recover", policy::scope::write, recover_params, recover, Admission::work},
        {"sessions.branches.list", policy::scope::read, list_params, list_branches},
        {"sessions.branches.switch", policy::scope::admin, switch_params, switch_branch},
    }};
    for (const auto& row : rows)
        table.add({.name = row.name,
                   .scope = row.scope,
                   .admission = row.admission,
                   .params = row.params,
                   .handler = [parts, act = row.act](Call& call) { act(call, parts); }});
}

} // namespace openclaw::rpc
