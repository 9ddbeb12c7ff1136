// How a run ends: its answer, its session, what it settles and what it owes become one unit.
#include "common/base/first_line.h"
#include "supervisor/flow/agent_run.h"
#include "supervisor/flow/answer_text.h"
#include "supervisor/flow/kill_point.h"

#include <utility>

namespace openclaw::flow {

namespace {

constexpr Milliseconds keep_again{1000};
constexpr Milliseconds answer_life =
    std::chrono::minutes(10);              // issue 2: nothing past its expiry is replayed
constexpr std::size_t preview_bytes = 200; // what lists show of a session

} // namespace

// The run's fate is decided. `text` is the answer, what there was of it, or the apology.
void AgentRun::complete(RunStatus status, std::string text, std::string stop_reason) {
    kill_point("run_ended");
    deadline_.stop();
    preview_.reset(); // this object is remembered for a while: its alarm must not outlive the run
    show_typing(false);
    run_.status = status;
    run_.stop_reason = std::move(stop_reason);
    run_.ended_at_ms = rooms_.now_ms();
    if (status != RunStatus::failed) run_.text = text;
    if (status == RunStatus::aborted) {
        deliveries_.cancel_stream(action_id(), "the run was stopped");
        finish(); // PROTOCOL.md 12.5: the event comes before the answer to chat.abort
    }
    keep(std::move(text), status == RunStatus::failed);
}

void AgentRun::keep(std::string answer, bool is_notice) {
    state_ = run_.status == RunStatus::aborted ? State::over : State::keeping;
    auto unit = unit_for(answer, is_notice);
    rooms_.ledger.store->commit(std::move(unit), [this, alive = alive_, answer = std::move(answer),
                                                  is_notice](Result<void> kept) {
        if (!*alive) return;
        if (kept || state_ == State::over) return on_kept(std::move(kept));
        // The disk refuses. The answer stays here until it takes it; nothing was promised yet.
        if (!began_as_preview_) deliveries_.forget(action_id());
        deadline_.start(keep_again, [this, answer, is_notice] { keep(answer, is_notice); });
    });
}

ledger::Writes AgentRun::unit_for(const std::string& answer, bool is_notice) {
    ledger::Writes unit;
    if (run_.status != RunStatus::failed && !answer.empty())
        unit.push_back(rooms_.ledger.transcripts.append(run_.session_id, answer_row(answer)));
    note_end_of_session(unit, answer);
    if (run_.status != RunStatus::aborted && run_.request.target)
        owe_answer(unit, *run_.request.target, answer, is_notice);
    const auto why = run_.status == RunStatus::aborted ? abort_reason_
                     : is_notice                       ? "failed: " + run_.error
                                                       : std::string();
    const auto fate = why == taken_back ? ledger::InboxState::dropped : ledger::InboxState::done;
    for (const auto& key : settles())
        unit.push_back(rooms_.ledger.inbox.settle(key, fate, why));
    for (const auto& owner : run_.request.file_owners)
        unit.push_back(rooms_.ledger.files.drop(owner));
    return unit;
}

ledger::TranscriptRow AgentRun::answer_row(const std::string& text) const {
    const std::string key = run_.request.run_id + ":assistant";
    return {.id = key,
            .role = "assistant",
            .text = text,
            .at_ms = run_.ended_at_ms,
            .run_id = run_.request.run_id,
            .idempotency_key = key,
            .provider = run_.provider,
            .model = run_.model,
            .stop_reason = run_.stop_reason,
            .input_tokens = run_.input_tokens,
            .output_tokens = run_.output_tokens};
}

// Unless it was begun anew while the run lasted.
void AgentRun::note_end_of_session(ledger::Writes& unit, const std::string& answer) {
    const auto* known = rooms_.ledger.sessions.find(run_.request.session_key);
    if (known == nullptr || known->session_id != run_.session_id) return;
    auto session = *known;
    if (!answer.empty()) session.settings.preview = headline(answer, preview_bytes);
    session.provider = run_.provider;
    session.model = run_.model;
    session.input_tokens = run_.input_tokens;
    session.output_tokens = run_.output_tokens;
    session.total_tokens = run_.input_tokens + run_.output_tokens;
    session.last_run_status = run_.status == RunStatus::completed ? "done"
                              : run_.status == RunStatus::failed  ? "failed"
                                                                  : "aborted";
    session.run_ended_at_ms = run_.ended_at_ms;
    session.aborted_last_run = run_.status == RunStatus::aborted;
    unit.push_back(rooms_.ledger.sessions.put(std::move(session)));
}

void AgentRun::owe_answer(ledger::Writes& unit, const ReplyTarget& target,
                          const std::string& answer, bool is_notice) {
    const auto& config = rooms_.decisions.config();
    const auto* account = config.find_channel(target.to.channel, target.to.account);
    const auto prefix = account != nullptr && account->response_prefix
                            ? account->response_prefix
                            : config.messages.response_prefix;
    auto text = answer_text(answer, is_notice ? "" : prefix.value_or(""), target.is_direct());
    is_owed_ = !text.is_silent;
    if (text.is_silent) return deliveries_.cancel_stream(action_id(), "the agent chose silence");
    const auto expires = rooms_.now_ms() + answer_life.count();
    began_as_preview_ = deliveries_.is_known(action_id());
    if (began_as_preview_) {
        for (auto& write :
             deliveries_.finish_stream(action_id(), std::move(text.markdown), is_notice, expires))
            unit.push_back(std::move(write));
        return;
    }
    unit.push_back(deliveries_.owe({.action_id = action_id(),
                                    .to = target.to,
                                    .reply_to_message_id = target.reply_to_message_id,
                                    .session_key = run_.request.session_key,
                                    .run_id = run_.request.run_id,
                                    .inbox_event_id = run_.request.inbox_event_id,
                                    .trace = run_.request.trace,
                                    .markdown = std::move(text.markdown),
                                    .notice = is_notice,
                                    .expires_at_ms = expires}));
}

void AgentRun::on_kept(Result<void> kept) {
    kill_point("answer_recorded");
    if (is_owed_ && kept) deliveries_.release(action_id());
    if (state_ == State::over) return;
    finish();
}

void AgentRun::finish() {
    state_ = State::over;
    rooms_.traces.add(run_.request.trace, run_room, "ended", run_.stop_reason);
    if (run_.status != RunStatus::failed && !run_.text.empty())
        table_.tell(&RunListener::on_transcript_row, run_.request.session_key,
                    answer_row(run_.text));
    table_.tell(&RunListener::on_run_ended, run_);
    table_.ended(*this);
}

} // namespace openclaw::flow
