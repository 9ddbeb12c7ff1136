#include "supervisor/rpc/session_look.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/message_row.h"
#include "supervisor/rpc/session_row.h"

#include <algorithm>
#include <array>
#include <memory>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_get_rows = 1000;
constexpr std::size_t max_get_chars = 500'000;

Result<std::string> canonical(std::string_view written, const HistoryParts& parts) {
    return policy::canonical_session_key(written, parts.facts.agents.default_id);
}

void describe(Call& call, const HistoryParts& parts) {
    const auto key = canonical(call.params["key"].text(), parts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    json::Writer out;
    out.begin_object().key("session");
    if (session == nullptr)
        out.null();
    else
        write_row(out, {.session = *session,
                        .facts = parts.facts,
                        .active = parts.runs.active(*key),
                        .now_ms = parts.clock.unix_ms(),
                        .with_title = call.params["includeDerivedTitles"].boolean(),
                        .with_preview = call.params["includeLastMessage"].boolean()});
    call.reply.ok(out.end_object().text());
}

// resolve: by key, session id, label or the beginning of an id

bool is_meant(const ledger::Session& session, json::View params) {
    const auto id = params["sessionId"].text(), label = params["label"].text(),
               short_id = params["shortId"].text(), agent = params["agentId"].text();
    if (!agent.empty() && session.agent_id != agent) return false;
    if (!id.empty()) return session.session_id == id;
    if (!label.empty()) return session.label == label;
    return !short_id.empty() && session.session_id.starts_with(short_id);
}

const ledger::Session* resolved(json::View params, const HistoryParts& parts) {
    if (const auto written = params["key"].text(); !written.empty()) {
        const auto key = canonical(written, parts);
        return key ? parts.conversations.find(*key) : nullptr;
    }
    const auto sessions = parts.conversations.list();
    const auto found = std::ranges::find_if(
        sessions, [&](const auto* session) { return is_meant(*session, params); });
    return found == sessions.end() ? nullptr : *found;
}

std::string_view what_was_asked(json::View params) {
    for (const auto* name : {"key", "sessionId", "label", "shortId"})
        if (const auto text = params[name].text(); !text.empty()) return text;
    return {};
}

void resolve(Call& call, const HistoryParts& parts) {
    const auto asked = what_was_asked(call.params);
    if (asked.empty())
        return call.reply.fail(
            invalid_request("Either key, sessionId, label or shortId is required"));
    const auto* session = resolved(call.params, parts);
    json::Writer out;
    if (session != nullptr)
        return call.reply.ok(out.begin_object()
                                 .member("ok", true)
                                 .member("key", session->key)
                                 .member("agentId", session->agent_id)
                                 .end_object()
                                 .text());
    if (call.params["allowMissing"].boolean()) return call.reply.ok(R"({"ok":false})");
    call.reply.fail(invalid_request("No session found: " + std::string(asked)));
}

// preview: a few lines of several sessions

class Previews : public std::enable_shared_from_this<Previews> {
  public:
    Previews(Reply reply, HistoryParts parts, std::size_t limit, std::size_t max_chars)
        : reply_(std::move(reply))
        , parts_(parts)
        , limit_(limit)
        , max_chars_(max_chars) {}

    void begin(const std::vector<std::string>& keys) {
        previews_.resize(keys.size());
        left_ = keys.size();
        if (left_ == 0) return finish();
        for (std::size_t i = 0; i < keys.size(); ++i)
            read(i, keys[i]);
    }

  private:
    void read(std::size_t i, const std::string& written) {
        const auto key = canonical(written, parts_);
        const auto* session = key ? parts_.conversations.find(*key) : nullptr;
        if (session == nullptr) return settle(i, empty(written, "missing"));
        parts_.conversations.page(
            session->session_id, 0, limit_,
            [self = shared_from_this(), i, written](Result<ledger::TranscriptPage> page) {
                self->settle(i, page ? self->show(written, *page) : empty(written, "error"));
            });
    }

    static std::string empty(const std::string& key, std::string_view status) {
        json::Writer out;
        out.begin_object().member("key", key).member("status", status);
        return out.key("items").begin_array().end_array().end_object().take();
    }

    std::string show(const std::string& key, const ledger::TranscriptPage& page) const {
        json::Writer out;
        out.begin_object().member("key", key);
        out.member("status", page.rows.empty() ? "empty" : "ok").key("items").begin_array();
        for (const auto& row : page.rows)
            out.begin_object()
                .member("role", row.role)
                .member("text", utf8_prefix(row.text, max_chars_))
                .end_object();
        return out.end_array().end_object().take();
    }

    void settle(std::size_t i, std::string preview) {
        previews_[i] = std::move(preview);
        if (--left_ == 0) finish();
    }

    void finish() {
        json::Writer out;
        out.begin_object().member("ts", parts_.clock.unix_ms()).key("previews").begin_array();
        for (const auto& preview : previews_)
            out.raw(preview);
        reply_.ok(out.end_array().end_object().text());
    }

    Reply reply_;
    HistoryParts parts_;
    std::size_t limit_, max_chars_;
    std::vector<std::string> previews_;
    std::size_t left_ = 0;
};

constexpr std::size_t max_previews = 64;

void preview(Call& call, const HistoryParts& parts) {
    std::vector<std::string> keys;
    call.params["keys"].each_element([&](json::View key) {
        keys.emplace_back(key.text());
        return keys.size() < max_previews;
    });
    const auto limit = static_cast<std::size_t>(call.params["limit"].integer(12)),
               chars = static_cast<std::size_t>(call.params["maxChars"].integer(240));
    std::make_shared<Previews>(call.reply, parts, limit, chars)->begin(keys);
}

// get: the whole conversation, as far as one answer may hold

void get(Call& call, const HistoryParts& parts) {
    const auto key = canonical(call.params["key"].text(), parts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    if (session == nullptr) return call.reply.ok(R"({"messages":[]})");
    const auto limit = static_cast<std::size_t>(call.params["limit"].integer(max_get_rows));
    parts.conversations.page(session->session_id, 0, limit,
                             [reply = call.reply](Result<ledger::TranscriptPage> page) {
                                 if (!page) return reply.fail(page.error());
                                 json::Writer out;
                                 out.begin_object().key("messages").begin_array();
                                 for (const auto& row : page->rows)
                                     write_message(out, row, max_get_chars);
                                 reply.ok(out.end_array().end_object().text());
                             });
}

// search

// The words around the first place where it was said.
std::string_view snippet_of(std::string_view text, std::string_view query) {
    constexpr std::size_t before = 60, whole = 240;
    const auto at = to_lower(text).find(to_lower(query));
    if (at == std::string_view::npos || at <= before) return utf8_prefix(text, whole);
    auto from = at - before;
    while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80)
        ++from;
    return utf8_prefix(text.substr(from), whole);
}

struct SearchScope {
    std::string agent_id;
    std::vector<std::string> keys = {};
    std::string text;
    std::size_t limit = 10;
};

bool is_within(const ledger::SearchHit& hit, const SearchScope& scope) {
    if (!scope.agent_id.empty() && policy::agent_of(hit.session_key) != scope.agent_id)
        return false;
    return scope.keys.empty() || std::ranges::find(scope.keys, hit.session_key) != scope.keys.end();
}

std::string hits_json(const std::vector<ledger::SearchHit>& hits, const SearchScope& scope) {
    json::Writer out;
    out.begin_object().key("results").begin_array();
    std::size_t shown = 0;
    for (const auto& hit : hits) {
        if (shown == scope.limit || !is_within(hit, scope)) continue;
        ++shown;
        out.begin_object().member("sessionKey", hit.session_key);
        out.member("sessionId", hit.session_id).member("messageId", hit.message_id);
        out.member("role", hit.role).member("timestamp", hit.at_ms);
        out.member("snippet", snippet_of(hit.text, scope.text)).member("score", 1).end_object();
    }
    return out.end_array().member("truncated", shown == scope.limit).end_object().take();
}

constexpr std::size_t max_hits_read = 500; // before sessions are told apart

void search(Call& call, const HistoryParts& parts) {
    SearchScope scope{.agent_id = std::string(call.params["agentId"].text()),
                      .text = std::string(trim(call.params["query"].text())),
                      .limit = static_cast<std::size_t>(call.params["limit"].integer(10))};
    call.params["sessionKeys"].each_element([&](json::View key) {
        if (const auto one = canonical(key.text(), parts)) scope.keys.push_back(*one);
        return true;
    });
    if (scope.text.empty()) return call.reply.fail(invalid_request("query must not be empty"));
    parts.conversations.search(
        {.text = scope.text, .limit = max_hits_read},
        [reply = call.reply, scope](Result<std::vector<ledger::SearchHit>> hits) {
            if (!hits) return reply.fail(hits.error());
            reply.ok(hits_json(*hits, scope));
        });
}

// one message, whole

constexpr std::size_t message_window = 2000; // how far back it is looked for

void message(Call& call, const HistoryParts& parts) {
    const auto key = canonical(call.params["sessionKey"].text(), parts);
    if (!key) return call.reply.fail(key.error());
    const auto* session = parts.conversations.find(*key);
    constexpr std::string_view missing = R"({"ok":false,"unavailableReason":"not_found"})";
    if (session == nullptr) return call.reply.ok(missing);
    parts.conversations.page(
        session->session_id, 0, message_window,
        [reply = call.reply, id = std::string(call.params["messageId"].text()),
         chars = static_cast<std::size_t>(call.params["maxChars"].integer(2'000'000)),
         missing](Result<ledger::TranscriptPage> page) {
            if (!page) return reply.fail(page.error());
            const auto row = std::ranges::find(page->rows, id, &ledger::TranscriptRow::id);
            if (row == page->rows.end()) return reply.ok(missing);
            json::Writer out;
            out.begin_object().member("ok", true).key("message");
            write_message(out, *row, chars);
            reply.ok(out.end_object().text());
        });
}

constexpr std::array describe_params = {required_text("key"), flag("includeDerivedTitles"),
                                        flag("includeLastMessage"), text("agentId")};
constexpr std::array resolve_params = {
    text("key"),         text("sessionId"),     text("label", 0, 512),
    text("shortId"),     text("slugHint"),      text("agentId"),
    text("spawnedBy"),   flag("includeGlobal"), flag("includeUnknown"),
    flag("allowMissing")};
constexpr std::array preview_params = {
    Field{.name = "keys", .kind = Kind::string_list, .required = true}, integer("limit", 1, 200),
    integer("maxChars", 20, 100'000)};
constexpr std::array get_params = {required_text("key"), text("agentId"),
                                   integer("limit", 1, max_get_rows)};
constexpr std::array search_params = {text("agentId", 1),
                                      Field{.name = "sessionKeys", .kind = Kind::string_list},
                                      required_text("query", 1, 4096), integer("limit", 1, 25)};
constexpr std::array message_params = {required_text("sessionKey"), text("agentId"),
                                       required_text("messageId"),
                                       integer("maxChars", 1, 2'000'000)};

} // namespace

void add_session_look(MethodTable& table, HistoryParts parts) {
    struct Row {
        std::string_view name;
        std::span<const Field> params;
        void (*act)(Call&, const HistoryParts&);
    };

    static constexpr std::array<Row, 6> rows = {{
        {"sessions.describe", describe_params, describe},
        {"sessions.resolve", resolve_params, resolve},
        {"sessions.preview", preview_params, preview},
        {"sessions.get", get_params, get},
        {"sessions.search", search_params, search},
        {"chat.message.get", message_params, message},
    }};
    for (const auto& row : rows)
        table.add({.name = row.name,
                   .scope = policy::scope::read,
                   .params = row.params,
                   .handler = [parts, act = row.act](Call& call) { act(call, parts); }});
}

} // namespace openclaw::rpc
