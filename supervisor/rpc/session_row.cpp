#include "supervisor/rpc/session_row.h"

#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/models.h"

#include <utility>

namespace openclaw::rpc {

namespace {

std::string_view chat_type(ledger::ChatKind kind) {
    switch (kind) {
    case ledger::ChatKind::group:
        return "group";
    case ledger::ChatKind::channel:
        return "channel";
    case ledger::ChatKind::direct:
    case ledger::ChatKind::unknown:
        break;
    }
    return "direct";
}

void write_identity(json::Writer& out, const RowView& view, const policy::SessionParts& parts) {
    const ledger::Session& session = view.session;
    out.member("key", session.key)
        .member("visibility", "shared")
        .member("agentId", session.agent_id);
    out.member("kind", policy::session_list_kind(parts))
        .member("classification", policy::word(parts.kind));
    out.member("isMain", parts.kind == policy::SessionKind::main)
        .member("isBackground", parts.kind == policy::SessionKind::cron);
    out.member("chatType", chat_type(session.chat_kind)).member("sessionId", session.session_id);
    if (!session.label.empty()) out.member("label", session.label);
    const std::string name =
        session.display_name.empty() ? policy::session_label(parts) : session.display_name;
    if (!name.empty()) out.member("displayName", name);
    if (view.with_title && !session.settings.title.empty())
        out.member("derivedTitle", session.settings.title);
    if (view.with_preview && !session.settings.preview.empty())
        out.member("lastMessagePreview", session.settings.preview);
}

void write_route(json::Writer& out, const ledger::Route& route) {
    if (route.channel.empty()) return;
    out.member("channel", route.channel)
        .member("lastChannel", route.channel)
        .member("lastAccountId", route.account);
    out.member("lastTo", route.chat.id);
    if (!route.chat.thread_id.empty()) out.member("lastThreadId", route.chat.thread_id);
}

void write_times(json::Writer& out, const ledger::Session& session) {
    out.member("createdAt", session.created_at_ms).member("updatedAt", session.updated_at_ms);
    out.member("lastInteractionAt", session.last_interaction_at_ms)
        .member("lastActivityAt", session.updated_at_ms);
}

void write_flags(json::Writer& out, const ledger::Session& session) {
    const auto& settings = session.settings;
    out.member("archived", settings.archived_at_ms > 0)
        .member("pinned", settings.pinned_at_ms > 0)
        .member("unread", settings.marked_unread_at_ms > 0)
        .member("permissionModePending", false);
    if (settings.archived_at_ms > 0) out.member("archivedAt", settings.archived_at_ms);
    if (settings.pinned_at_ms > 0) out.member("pinnedAt", settings.pinned_at_ms);
    if (settings.marked_unread_at_ms > 0)
        out.member("markedUnreadAt", settings.marked_unread_at_ms);
    if (settings.last_read_at_ms > 0) out.member("lastReadAt", settings.last_read_at_ms);
    out.member("systemSent", !session.last_run_id.empty())
        .member("abortedLastRun", session.aborted_last_run);
}

// What people gave it to find it again.
void write_marks(json::Writer& out, const ledger::SessionSettings& settings, std::int64_t now_ms) {
    const auto optional = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) out.member(name, value);
    };
    optional("category", settings.category);
    optional("icon", settings.icon);
    optional("color", settings.color);
    optional("boardFace", settings.board_face);
    optional("attention", settings.attention);
    optional("parentSessionKey", settings.parent_key);
    if (settings.status_note_until_ms == 0 || now_ms < settings.status_note_until_ms)
        optional("statusNote", settings.status_note);
    out.member("createdVia", settings.created_via.empty() ? "run" : settings.created_via);
}

// How its next run would be; there is one level of thinking and one speed.
void write_next_run(json::Writer& out, const RowView& view) {
    const auto [provider, model] = model_of(view.session, view.facts);
    out.member("thinkingDefault", "off").member("effectiveFastMode", false);
    out.member("effectiveResponseUsage", "off").member("effectiveQueueMode", view.facts.queue_mode);
    out.member("modelProvider", provider).member("model", model);
    out.key("modelOverrideSource");
    if (view.session.settings.model.empty())
        out.null();
    else
        out.value("session");
    if (const int window = context_window_of(provider, model, view.facts); window > 0)
        out.member("contextTokens", window);
    out.member("runtimeSelectionLocked", false);
}

void write_last_run(json::Writer& out, const RowView& view) {
    const ledger::Session& session = view.session;
    const bool is_running = !view.active.empty();
    out.member("inputTokens", session.input_tokens).member("outputTokens", session.output_tokens);
    out.member("totalTokens", session.total_tokens)
        .member("totalTokensFresh", session.total_tokens > 0);
    if (is_running || !session.last_run_status.empty())
        out.member("status", is_running ? "running" : session.last_run_status);
    write_run_times(out, session, view.active);
    if (!session.last_run_id.empty()) out.member("lastRunId", session.last_run_id);
    out.member("hasActiveRun", is_running).key("activeRunIds").begin_array();
    for (const flow::Run* run : view.active)
        out.value(run->request.run_id);
    out.end_array();
}

} // namespace

std::pair<std::string, std::string> model_of(const ledger::Session& session,
                                             const GatewayFacts& facts) {
    if (!session.settings.model.empty()) {
        const auto [provider, model] = config::split_model(session.settings.model);
        return {std::string(provider), std::string(model)};
    }
    if (!session.model.empty()) return {session.provider, session.model};
    const config::Agent* agent = facts.agents.find(session.agent_id);
    const auto& choice =
        agent == nullptr ? facts.agents.defaults.model : facts.agents.model_of(*agent);
    const auto [provider, model] = config::split_model(choice.primary);
    return {std::string(provider), std::string(model)};
}

void write_run_times(json::Writer& out, const ledger::Session& session,
                     const std::vector<const flow::Run*>& active) {
    const bool is_running = !active.empty();
    const flow::Run* running =
        is_running && active.front()->started_at_ms > 0 ? active.front() : nullptr;
    const std::int64_t started =
        running != nullptr ? running->started_at_ms : session.run_started_at_ms;
    if (started > 0) out.member("startedAt", started);
    if (!is_running && session.run_ended_at_ms > 0) {
        out.member("endedAt", session.run_ended_at_ms);
        if (started > 0 && session.run_ended_at_ms >= started)
            out.member("runtimeMs", session.run_ended_at_ms - started);
    } else if (is_running) {
        out.key("endedAt").null();
    }
}

void write_row(json::Writer& out, const RowView& view) {
    const auto read = policy::read_session_key(view.session.key);
    const policy::SessionParts parts = read ? *read : policy::SessionParts{};
    out.begin_object();
    write_identity(out, view, parts);
    write_route(out, view.session.last_route);
    write_times(out, view.session);
    write_flags(out, view.session);
    write_marks(out, view.session.settings, view.now_ms);
    write_last_run(out, view);
    write_next_run(out, view);
    out.member("snapshotAt", view.now_ms).end_object();
}

std::string session_defaults(const GatewayFacts& facts) {
    const auto [provider, model] = config::split_model(facts.agents.defaults.model.primary);
    json::Writer out;
    out.begin_object()
        .member("modelProvider", provider)
        .member("model", model)
        .key("contextTokens");
    if (const int window = context_window_of(provider, model, facts); window > 0)
        out.value(window);
    else
        out.null();
    write_thinking(out);
    out.key("thinkingOptions")
        .begin_array()
        .value("off")
        .end_array()
        .member("thinkingDefault", "off");
    return out.member("modelSelectionTarget", "session").end_object().take();
}

} // namespace openclaw::rpc
