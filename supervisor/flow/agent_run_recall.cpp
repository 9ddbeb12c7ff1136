// What was said before, and the record of what is asked now.
#include "common/base/first_line.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "supervisor/flow/agent_frames.h"
#include "supervisor/flow/agent_run.h"
#include "supervisor/policy/session_reset.h"

#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::size_t title_bytes = 80; // what lists show of a session

} // namespace

void AgentRun::recall(ledger::Write put_session) {
    auto& transcripts = rooms_.ledger.transcripts;
    if (const auto* recent = transcripts.recent(run_.session_id)) {
        for (const auto& said : *recent)
            quote(said.role, said.text, said.at_ms, said.idempotency_key);
        rooms_.ledger.store->note(std::move(put_session));
        return on_recalled();
    }
    transcripts.tail(run_.session_id, ledger::RecentTalk::max_rows,
                     ledger::RecentTalk::max_text_bytes,
                     [this, alive = alive_](Result<ledger::TranscriptPage> page) {
                         if (*alive && state_ == State::reading) on_tail(std::move(page));
                     });
    // After the read: a read waits for every write before it, and this one is in no hurry.
    rooms_.ledger.store->note(std::move(put_session));
}

// The session as it is for this turn: made, or begun anew where the reset rule says so.
ledger::Session AgentRun::session_now() const {
    const auto& key = run_.request.session_key;
    const auto now = rooms_.now_ms();
    const auto* known = rooms_.ledger.sessions.find(key);
    ledger::Session session;
    if (known != nullptr) {
        const auto parts = policy::read_session_key(key);
        const bool is_old =
            parts && policy::is_over(policy::reset_rule(*parts, rooms_.decisions.config().session),
                                     known->last_interaction_at_ms, now);
        session = is_old ? ledger::reborn(*known, now) : *known;
    } else {
        session.key = key;
        session.agent_id = run_.request.agent_id;
        session.session_id = uuid_v4();
        session.created_at_ms = session.session_started_at_ms = session.updated_at_ms = now;
        const auto parts = policy::read_session_key(key);
        if (parts) session.display_name = policy::session_label(*parts);
    }
    if (const auto& target = run_.request.target) {
        session.chat_kind = target->to.chat.kind;
        session.last_route = target->to;
    } else if (session.chat_kind == ledger::ChatKind::unknown)
        session.chat_kind = ledger::ChatKind::direct;
    if (session.settings.title.empty())
        session.settings.title = headline(run_.request.message, title_bytes);
    session.last_interaction_at_ms = now;
    session.last_run_id = run_.request.run_id;
    session.last_run_status = "running";
    session.run_started_at_ms = now;
    session.aborted_last_run = false;
    return session;
}

// What the client says was said before is written down once, where the session begins: later turns
// find it in the transcript.
void AgentRun::note_earlier() {
    ledger::Writes unit;
    for (std::size_t i = 0; i < run_.request.earlier.size(); ++i) {
        const auto& said = run_.request.earlier[i];
        const std::string id = run_.request.run_id + ":earlier:" + std::to_string(i);
        quote(said.role, said.text, run_.accepted_at_ms, id);
        unit.push_back(
            rooms_.ledger.transcripts.append(run_.session_id, {.id = id,
                                                               .role = said.role,
                                                               .text = said.text,
                                                               .at_ms = run_.accepted_at_ms,
                                                               .run_id = run_.request.run_id,
                                                               .idempotency_key = id}));
    }
    if (!unit.empty()) rooms_.ledger.store->note(std::move(unit));
}

void AgentRun::note_question() {
    ledger::TranscriptRow row{.id = question_key_,
                              .role = "user",
                              .text = run_.request.message,
                              .at_ms = run_.accepted_at_ms,
                              .run_id = run_.request.run_id,
                              .idempotency_key = question_key_};
    ledger::Writes unit;
    for (const auto& key : settles())
        unit.push_back(
            rooms_.ledger.inbox.mark_running(key, run_.request.session_key, run_.request.run_id));
    unit.push_back(rooms_.ledger.transcripts.append(run_.session_id, row));
    rooms_.ledger.store->note(std::move(unit));
    table_.tell(&RunListener::on_transcript_row, run_.request.session_key, row);
}

void AgentRun::on_tail(Result<ledger::TranscriptPage> page) {
    if (page)
        for (const auto& row : page->rows)
            quote(row.role, row.text, row.at_ms, row.idempotency_key);
    else
        log::warn("run.history_unreadable",
                  {{"session", run_.request.session_key}, {"why", page.error().sentence}});
    on_recalled();
}

// One more entry for the agent.
void AgentRun::quote(const std::string& role, const std::string& text, std::int64_t at_ms,
                     std::string_view idempotency_key) {
    if (idempotency_key == question_key_) return; // asked before a restart
    transcript_ += transcript_of(role, text, at_ms);
}

void AgentRun::on_recalled() {
    if (transcript_.empty()) note_earlier();
    if (run_.request.message.size() > max_message_in_frame)
        quote("user", run_.request.message, run_.accepted_at_ms, {});
    note_question();
    const auto model = model_for(rooms_.decisions.config(), run_.request,
                                 rooms_.ledger.sessions.find(run_.request.session_key));
    run_.provider = model.provider();
    run_.model = model.model();
    table_.tell(&RunListener::on_run_started, run_);
    state_ = State::wants_agent;
    try_agent();
}

} // namespace openclaw::flow
