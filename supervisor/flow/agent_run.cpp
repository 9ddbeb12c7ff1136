#include "supervisor/flow/agent_run.h"

#include "common/base/strings.h"
#include "common/ipc/blob.h"
#include "common/log/log.h"
#include "supervisor/flow/answer_text.h"
#include "supervisor/flow/kill_point.h"
#include "supervisor/flow/wire_form.h"
#include "supervisor/policy/session_reset.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace openclaw::flow {

namespace {

constexpr std::size_t max_message_in_frame = 32 * 1024;
constexpr std::size_t max_talk_in_frame = 40 * 1024; // all texts of one RunStart, of 64 KiB
constexpr std::size_t max_prompt_in_frame = 16 * 1024;
constexpr int max_lives_lost = 3; // a message that kills agents is answered with an apology
constexpr Milliseconds deadline_grace{
    5000}; // the agent keeps the deadline; this is for one that does not
constexpr Milliseconds typing_after{200}; // an answer that is ready sooner needs no sign of life
constexpr Milliseconds keep_again{1000};
constexpr Milliseconds answer_life =
    std::chrono::minutes(10); // issue 2: nothing past its expiry is replayed
constexpr std::size_t title_bytes = 80, preview_bytes = 200; // what lists show of a session
constexpr std::string_view builtin_model = "builtin/echo";
constexpr std::string_view run_room = "flow/agent_run";

template <class... Args>
void tell(const std::vector<RunListener*>& listeners, void (RunListener::*what)(Args...),
          std::type_identity_t<Args>... args) {
    for (auto* listener : listeners)
        (listener->*what)(args...);
}

std::string first_line(std::string_view text, std::size_t limit) {
    text = trim(text);
    return std::string(utf8_prefix(trim(text.substr(0, text.find('\n'))), limit));
}

// A transcript of one entry. Several one behind the other are one Transcript: protobuf joins what
// is repeated.
std::string transcript_of(const std::string& role, const std::string& text, std::int64_t at_ms) {
    wire::Transcript one;
    auto& entry = *one.add_entries();
    entry.set_role(role);
    entry.set_text(text);
    entry.set_at_ms(at_ms);
    return one.SerializeAsString();
}

std::string system_prompt_for(const config::Config& config, const RunRequest& request) {
    const auto* agent = config.agents.find(request.agent_id);
    std::string prompt = agent != nullptr && !agent->system_prompt.empty()
                             ? agent->system_prompt
                             : config.agents.defaults.system_prompt;
    if (const auto& extra = request.extra_system_prompt; !extra.empty())
        prompt += (prompt.empty() ? "" : "\n\n") + extra;
    return prompt;
}

// What was chosen for the run, else for the session, else for the agent.
wire::ModelRef model_for(const config::Config& config, const RunRequest& request,
                         const ledger::Session* session) {
    const auto* agent = config.agents.find(request.agent_id);
    std::string_view choice =
        (agent == nullptr ? config.agents.defaults.model : config.agents.model_of(*agent)).primary;
    if (session != nullptr && !session->settings.model.empty()) choice = session->settings.model;
    if (!request.model.empty()) choice = request.model;
    const auto [provider, model] = config::split_model(choice.empty() ? builtin_model : choice);
    wire::ModelRef ref;
    ref.set_provider(std::string(provider));
    ref.set_model(std::string(model));
    return ref;
}

} // namespace

AgentRun::AgentRun(Rooms& rooms, Deliveries& deliveries, RunTable& table, RunRequest request)
    : rooms_(rooms)
    , deliveries_(deliveries)
    , table_(table)
    , deadline_(rooms.loop)
    , typing_(rooms.loop) {
    run_.accepted_at_ms = rooms_.now_ms();
    run_.request = std::move(request);
    question_key_ = run_.request.run_id + ":user";
}

AgentRun::~AgentRun() {
    *alive_ = false;
}

void AgentRun::join(RunRequest request) {
    run_.request.join(std::move(request));
}

std::vector<ledger::InboxKey> AgentRun::settles() const {
    std::vector<ledger::InboxKey> keys;
    const auto& target = run_.request.target;
    if (!target || run_.request.inbox_event_id.empty()) return keys;
    const ledger::InboxKey first{.channel = target->to.channel,
                                 .account = target->to.account,
                                 .event_id = run_.request.inbox_event_id};
    keys.push_back(first);
    for (const auto& event_id : run_.request.joined_event_ids)
        keys.push_back({.channel = first.channel, .account = first.account, .event_id = event_id});
    return keys;
}

void AgentRun::end_joined() {
    state_ = State::over;
    run_.status = RunStatus::completed;
    run_.stop_reason = "joined";
    run_.ended_at_ms = rooms_.now_ms();
}

void AgentRun::start() {
    state_ = State::reading;
    run_.status = RunStatus::running;
    run_.started_at_ms = rooms_.now_ms();
    const auto session = session_now();
    const auto* before = rooms_.ledger.sessions.find(session.key);
    // Not by its times: they are equal also after /new, which was told already, and after a
    // first turn that failed.
    const bool is_new = before == nullptr || before->session_id != session.session_id;
    if (is_new) rooms_.ledger.transcripts.begin(session.session_id);
    run_.session_id = session.session_id;
    rooms_.traces.add(run_.request.trace, run_room, "started", run_.request.session_key);
    auto put = rooms_.ledger.sessions.put(session); // in memory from here on
    if (is_new) tell(table_.listeners(), &RunListener::on_session_changed, session.key, "create");
    typing_.start(typing_after, [this] { show_typing(true); });
    recall(std::move(put));
}

// What was said before: from memory, else from the file.
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
        session.settings.title = first_line(run_.request.message, title_bytes);
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
    tell(table_.listeners(), &RunListener::on_transcript_row, run_.request.session_key, row);
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
    tell(table_.listeners(), &RunListener::on_run_started, run_);
    state_ = State::wants_agent;
    try_agent();
}

void AgentRun::try_agent() {
    ipc::Link* link = rooms_.links.link(std::string(agent_worker_id));
    if (state_ == State::wants_agent && link != nullptr && link->can_send()) send_start();
}

void AgentRun::send_start() {
    const auto& config = rooms_.decisions.config();
    const auto* agent = config.agents.find(run_.request.agent_id);
    const auto seconds = agent != nullptr && agent->timeout_seconds
                             ? *agent->timeout_seconds
                             : config.agents.defaults.timeout_seconds;
    const Milliseconds timeout = run_.request.timeout.value_or(std::chrono::seconds(seconds));
    wire::Frame frame;
    frame.set_trace(run_.request.trace);
    auto& start = *frame.mutable_run_start();
    start.set_run_id(run_.request.run_id);
    start.set_session_key(run_.request.session_key);
    start.set_session_id(run_.session_id);
    start.mutable_model()->set_provider(run_.provider);
    start.mutable_model()->set_model(run_.model);
    std::string prompt = system_prompt_for(config, run_.request);
    std::string with_prompt; // a long one goes with the transcript
    if (prompt.size() > max_prompt_in_frame)
        with_prompt = transcript_of("system", prompt, run_.accepted_at_ms) + transcript_;
    else
        start.set_system_prompt(std::move(prompt));
    const std::string& transcript = with_prompt.empty() ? transcript_ : with_prompt;
    if (run_.request.message.size() <= max_message_in_frame)
        start.mutable_message()->set_inline_text(run_.request.message);
    start.set_transcript_bytes(transcript.size());
    const bool comes_along =
        transcript.size() + start.system_prompt().size() + start.message().inline_text().size() <=
        max_talk_in_frame;
    if (comes_along) start.set_transcript(transcript);
    start.set_timeout_ms(static_cast<std::uint32_t>(
        std::min<Milliseconds::rep>(timeout.count(), std::numeric_limits<std::uint32_t>::max())));
    start.set_max_output_tokens(static_cast<std::uint32_t>(run_.request.max_output_tokens));
    UniqueFd blob;
    if (!comes_along && !transcript.empty()) {
        auto made = ipc::make_blob(transcript);
        if (!made)
            return complete(
                RunStatus::failed,
                "⚠️ The conversation could not be handed to the agent. Please try again.",
                "error");
        blob = std::move(*made);
    }
    const int fd = blob.get();
    if (!rooms_.links.link(std::string(agent_worker_id))->send(frame, {&fd, blob ? 1u : 0u}))
        return; // waits for room
    state_ = State::running;
    kill_point("run_started");
    rooms_.traces.add(run_.request.trace, run_room, "given_to_agent",
                      run_.provider + "/" + run_.model);
    deadline_.start(timeout + deadline_grace, [this] {
        run_.error = "The agent did not keep its deadline.";
        run_.error_kind = "timeout";
        complete(RunStatus::failed,
                 "⚠️ The answer took too long and was given up. Please try again.", "timeout");
    });
}

void AgentRun::on_delta(std::string_view text) {
    if (state_ != State::running) return;
    run_.text += text;
    for (auto* listener : table_.listeners())
        listener->on_run_delta(run_, text);
    if (!run_.request.target) return;
    if (!preview_) {
        const auto& to = run_.request.target->to;
        const auto* account = rooms_.decisions.config().find_channel(to.channel, to.account);
        if (account == nullptr || account->streaming == config::StreamingMode::off ||
            account->streaming == config::StreamingMode::progress)
            return;
        ledger::OutboxRow row{.action_id = action_id(),
                              .to = to,
                              .reply_to_message_id = run_.request.target->reply_to_message_id,
                              .session_key = run_.request.session_key,
                              .run_id = run_.request.run_id,
                              .inbox_event_id = run_.request.inbox_event_id,
                              .trace = run_.request.trace};
        preview_ = std::make_unique<Preview>(rooms_, deliveries_, std::move(row));
    }
    preview_->grow(run_.text);
}

void AgentRun::on_end(const wire::RunEnd& end, std::string text) {
    if (state_ != State::running) return;
    run_.input_tokens = end.usage().input_tokens();
    run_.output_tokens = end.usage().output_tokens();
    rooms_.traces.add(run_.request.trace, run_room, "agent_ended", end.stop_reason());
    if (end.outcome() == wire::RunEnd::COMPLETED)
        return complete(RunStatus::completed, std::move(text), end.stop_reason());
    run_.error = end.error();
    run_.error_kind = end.error_kind();
    if (end.outcome() == wire::RunEnd::ABORTED)
        return complete(RunStatus::aborted, std::move(text), "abort");
    complete(RunStatus::failed, "⚠️ " + end.error(), end.stop_reason());
}

void AgentRun::on_agent_down() {
    if (state_ != State::running) return;
    deadline_.stop();
    run_.text.clear();
    if (preview_) preview_->restart();
    rooms_.traces.add(run_.request.trace, run_room, "agent_died",
                      "life " + std::to_string(lives_lost_ + 1));
    state_ = State::wants_agent;
    if (++lives_lost_ <= max_lives_lost) return;
    run_.error =
        "The agent worker ended " + std::to_string(lives_lost_) + " times while working on this.";
    run_.error_kind = "agent";
    complete(RunStatus::failed,
             "⚠️ I could not finish this: the agent stopped several times while working on it. "
             "Please try it in another way.",
             "error");
}

void AgentRun::abort(std::string_view reason) {
    if (state_ == State::keeping || state_ == State::over) return;
    if (state_ == State::running)
        if (ipc::Link* link = rooms_.links.link(std::string(agent_worker_id))) {
            wire::Frame frame;
            frame.mutable_run_abort()->set_run_id(run_.request.run_id);
            (void)link->send(frame);
        }
    rooms_.traces.add(run_.request.trace, run_room, "aborted", std::string(reason));
    complete(RunStatus::aborted, std::exchange(run_.text, {}), "abort");
}

// The run's fate is decided. `text` is the answer, what there was of it, or the apology.
void AgentRun::complete(RunStatus status, std::string text, std::string stop_reason) {
    kill_point("run_ended");
    deadline_.stop();
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
        unit.push_back(rooms_.ledger.transcripts.append(
            run_.session_id, {.id = run_.request.run_id + ":assistant",
                              .role = "assistant",
                              .text = answer,
                              .at_ms = run_.ended_at_ms,
                              .run_id = run_.request.run_id,
                              .idempotency_key = run_.request.run_id + ":assistant",
                              .provider = run_.provider,
                              .model = run_.model,
                              .stop_reason = run_.stop_reason,
                              .input_tokens = run_.input_tokens,
                              .output_tokens = run_.output_tokens}));
    if (const auto* known = rooms_.ledger.sessions.find(run_.request.session_key);
        known != nullptr && known->session_id == run_.session_id) {
        auto session = *known;
        if (!answer.empty()) session.settings.preview = first_line(answer, preview_bytes);
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
    if (run_.status != RunStatus::aborted && run_.request.target)
        owe_answer(unit, *run_.request.target, answer, is_notice);
    const auto why = run_.status == RunStatus::aborted ? std::string("stopped by a person")
                     : is_notice                       ? "failed: " + run_.error
                                                       : std::string();
    for (const auto& key : settles())
        unit.push_back(rooms_.ledger.inbox.settle(key, ledger::InboxState::done, why));
    return unit;
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
        tell(table_.listeners(), &RunListener::on_transcript_row, run_.request.session_key,
             ledger::TranscriptRow{.id = run_.request.run_id + ":assistant",
                                   .role = "assistant",
                                   .text = run_.text,
                                   .at_ms = run_.ended_at_ms,
                                   .run_id = run_.request.run_id,
                                   .idempotency_key = {},
                                   .provider = run_.provider,
                                   .model = run_.model,
                                   .stop_reason = run_.stop_reason,
                                   .input_tokens = run_.input_tokens,
                                   .output_tokens = run_.output_tokens});
    tell(table_.listeners(), &RunListener::on_run_ended, run_);
    table_.ended(*this);
}

void AgentRun::show_typing(bool on) {
    typing_.stop();
    if (!run_.request.target || is_typing_ == on) return;
    is_typing_ = on;
    ipc::Link* link = rooms_.links.link(
        worker_id(run_.request.target->to.channel, run_.request.target->to.account));
    if (link == nullptr || !link->can_send()) return;
    wire::Frame frame;
    put_chat(*frame.mutable_typing()->mutable_chat(), run_.request.target->to.chat);
    frame.mutable_typing()->set_on(on);
    (void)link->send(frame);
}

} // namespace openclaw::flow
