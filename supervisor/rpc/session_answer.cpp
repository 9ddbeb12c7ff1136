#include "supervisor/rpc/session_answer.h"

#include "common/base/strings.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/session_row.h"

namespace openclaw::rpc {

namespace {

WireError session_changed(std::string_view what) {
    return invalid_request("the session has changed since it was read (" + std::string(what) +
                               "); load it again and retry",
                           R"({"reason":"session-changed"})");
}

} // namespace

std::string entry_json(const ledger::Session& session, const RunParts& parts) {
    json::Writer out;
    write_row(out, {.session = session,
                    .facts = parts.facts,
                    .active = parts.runs.active(session.key),
                    .now_ms = parts.loop.clock().unix_ms()});
    std::string row = out.take();
    row.pop_back();
    return row + R"(,"lifecycleRevision":)" + json::quoted(session.session_id) +
           R"(,"sessionStartedAt":)" + std::to_string(session.session_started_at_ms) + "}";
}

json::Writer begin_session_answer(const ledger::Session& session) {
    json::Writer out;
    out.begin_object().member("ok", true).member("key", session.key);
    return out;
}

std::string finish_session_answer(json::Writer& out, const ledger::Session& session,
                                  const RunParts& parts) {
    const auto [provider, model] = model_of(session, parts.facts);
    out.raw_member("entry", entry_json(session, parts)).key("resolved").begin_object();
    out.member("modelProvider", provider).member("model", model).end_object();
    return out.end_object().take();
}

WireError no_such_session(std::string_view key) {
    return invalid_request("No session found: " + std::string(key));
}

std::optional<WireError> broken_expectation(json::View params, const ledger::Session& session) {
    for (const auto* name : {"expectedSessionId", "expectedLifecycleRevision"})
        if (const auto expected = params[name].text();
            !expected.empty() && expected != session.session_id)
            return session_changed(name);
    if (const auto at = params["expectedMarkedUnreadAt"];
        at && at.integer() != session.settings.marked_unread_at_ms)
        return session_changed("expectedMarkedUnreadAt");
    if (const auto at = params["expectedSessionUpdatedAt"];
        at && at.integer() != session.updated_at_ms)
        return session_changed("expectedSessionUpdatedAt");
    return std::nullopt;
}

ledger::Session new_session(const std::string& key, const RunParts& parts) {
    const auto now = parts.loop.clock().unix_ms();
    ledger::Session session;
    session.key = key;
    session.agent_id = policy::agent_of(key);
    if (session.agent_id.empty()) session.agent_id = parts.facts.agents.default_id;
    session.session_id = uuid_v4();
    session.chat_kind = ledger::ChatKind::direct;
    session.created_at_ms = session.session_started_at_ms = session.updated_at_ms = now;
    if (const auto read = policy::read_session_key(key))
        session.display_name = policy::session_label(*read);
    return session;
}

} // namespace openclaw::rpc
