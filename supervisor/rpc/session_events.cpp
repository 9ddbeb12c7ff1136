// What those who watch sessions are told: the second half of RunEvents.
#include "supervisor/rpc/message_row.h"
#include "supervisor/rpc/run_events.h"
#include "supervisor/rpc/run_json.h"
#include "supervisor/rpc/session_row.h"

#include <vector>

namespace openclaw::rpc {

namespace {

// A run that tells its end is in the line until it has: nobody else shall take it for active.
std::vector<const flow::Run*> unended(std::vector<const flow::Run*> runs) {
    std::erase_if(runs, [](const flow::Run* run) { return run->is_over(); });
    return runs;
}

} // namespace

void RunEvents::on_transcript_row(const std::string& session_key, const flow::TranscriptRow& row) {
    if (const auto told = told_.find(row.run_id); row.role == "assistant" && told != told_.end())
        if (const flow::Run* run = from_.runs.find(row.run_id);
            run != nullptr && run->status == flow::RunStatus::completed)
            whole_text(*run, told->second);
    if (!from_.events.has_message_watchers(session_key)) return;
    const ledger::Session* session = from_.conversations.find(session_key);
    json::Writer out;
    out.begin_object().member("sessionKey", session_key);
    if (row.role == "user") out.member("senderIsOwner", true);
    if (session != nullptr) out.member("agentId", session->agent_id);
    out.key("message");
    write_message(out, row);
    out.member("messageId", row.id).member("messageSeq", row.sequence);
    if (session != nullptr) {
        out.member("sessionId", session->session_id).key("session");
        write_row(out, {.session = *session,
                        .facts = from_.facts,
                        .active = unended(from_.runs.active(session_key)),
                        .now_ms = from_.loop.clock().unix_ms()});
    }
    from_.events.send_to_message_watchers(
        session_key, {.name = "session.message", .payload = out.end_object().take()});
}

void RunEvents::tell_injected(const std::string& session_key, const flow::TranscriptRow& row) {
    const ledger::Session* session = from_.conversations.find(session_key);
    json::Writer out;
    out.begin_object().member("runId", "inject-" + row.id).member("sessionKey", session_key);
    if (session != nullptr) out.member("agentId", session->agent_id);
    out.member("seq", 0).member("state", "final").key("message");
    write_message(out, row);
    from_.events.send({.name = "chat", .payload = out.end_object().take()});
}

void RunEvents::on_session_changed(const std::string& session_key, std::string_view reason) {
    tell_session_changed(session_key, reason);
}

void RunEvents::tell_session_changed(const std::string& session_key, std::string_view reason) {
    session_changed(session_key, {.reason = reason, .phase = {}, .run = nullptr});
}

void RunEvents::tell_session_patched(const std::string& session_key, bool model_changed) {
    session_changed(session_key,
                    {.reason = "patch", .phase = {}, .catalog_changed = model_changed});
}

void RunEvents::tell_session_deleted(const std::string& session_key, std::string_view session_id) {
    session_changed(session_key, {.reason = "delete", .phase = {}, .session_id = session_id});
}

void RunEvents::session_changed(const std::string& session_key, const Change& change) {
    if (!from_.events.has_session_watchers()) return;
    const ledger::Session* session = from_.conversations.find(session_key);
    const auto active = unended(from_.runs.active(session_key));
    json::Writer out;
    out.begin_object().member("sessionKey", session_key);
    if (session != nullptr)
        out.member("agentId", session->agent_id).member("sessionId", session->session_id);
    else if (!change.session_id.empty())
        out.member("sessionId", change.session_id);
    if (!change.reason.empty()) out.member("reason", change.reason);
    if (change.catalog_changed) out.member("catalogChanged", true);
    if (!change.phase.empty()) out.member("phase", change.phase);
    if (change.run != nullptr && !change.phase.empty())
        out.member("runId", change.run->request.run_id);
    out.member("ts", from_.loop.clock().unix_ms())
        .member("hasActiveRun", !active.empty())
        .key("activeRunIds")
        .begin_array();
    for (const flow::Run* run : active)
        out.value(run->request.run_id);
    out.end_array();
    if (session != nullptr) {
        out.member("updatedAt", session->updated_at_ms)
            .member("status", active.empty() ? session->last_run_status : "running");
        write_run_times(out, *session, active);
        out.key("session");
        write_row(out, {.session = *session,
                        .facts = from_.facts,
                        .active = active,
                        .now_ms = from_.loop.clock().unix_ms()});
    }
    from_.events.send_to_session_watchers(
        {.name = "sessions.changed", .payload = out.end_object().take()});
}

} // namespace openclaw::rpc
