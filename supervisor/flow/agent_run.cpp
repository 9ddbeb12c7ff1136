#include "supervisor/flow/agent_run.h"

#include "common/base/strings.h"
#include "common/ipc/text_bounds.h"
#include "common/log/log.h"
#include "supervisor/flow/agent_frames.h"
#include "supervisor/flow/answer_text.h"
#include "supervisor/flow/kill_point.h"
#include "supervisor/flow/wire_form.h"

#include <utility>

namespace openclaw::flow {

namespace {

constexpr int max_lives_lost = 3; // a message that kills agents is answered with an apology
// One that was asked to leave did nothing wrong, but each beginning costs the tokens again.
constexpr int max_times_cut_short = 10;
// An agent that was told to go by somebody else still takes runs: they would be cut short again.
constexpr Milliseconds while_it_leaves{1000};
constexpr Milliseconds deadline_grace{
    5000}; // the agent keeps the deadline; this is for one that does not
constexpr Milliseconds typing_after{200}; // an answer that is ready sooner needs no sign of life

// proto/agent.proto: the worker left before the run had ended.
bool is_cut_short(const wire::RunEnd& end) {
    return end.outcome() == wire::RunEnd::ABORTED && end.error_kind() == "shutdown";
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
    run_.request.message.insert(0, rooms_.system_events.take(session.key));
    rooms_.traces.add(run_.request.trace, run_room, "started", run_.request.session_key);
    auto put = rooms_.ledger.sessions.put(session); // in memory from here on
    if (is_new) table_.tell(&RunListener::on_session_changed, session.key, "create");
    typing_.start(typing_after, [this] { show_typing(true); });
    recall(std::move(put));
}

ipc::Link* AgentRun::agent_with_room() const {
    ipc::Link* link = rooms_.links.link(std::string(agent_worker_id));
    return link != nullptr && link->can_send() ? link : nullptr;
}

void AgentRun::try_agent() {
    if (state_ != State::wants_agent || agent_with_room() == nullptr) return;
    if (run_.request.file_owners.empty()) return send_start({});
    if (table_.may_show_images()) fetch_images(); // else when another's are seen
}

// Not before an agent is there, and not kept after it has them: they are large.
void AgentRun::fetch_images() {
    state_ = State::fetching;
    rooms_.ledger.files.load(run_.request.file_owners,
                             [this, alive = alive_](Result<ledger::Files::Loaded> images) {
                                 if (*alive && state_ == State::fetching)
                                     on_images(std::move(images));
                             });
}

void AgentRun::on_images(Result<ledger::Files::Loaded> images) {
    state_ = State::wants_agent;
    if (!images) {
        log::warn("run.images_lost",
                  {{"run", run_.request.run_id}, {"why", images.error().sentence}});
        run_.error = "The image that came with this could not be read back. Please send it again.";
        run_.error_kind = "files";
        return complete(RunStatus::failed, "⚠️ " + run_.error, "error");
    }
    mention(images->left_out);
    if (agent_with_room() != nullptr)
        send_start(images->files); // else the next one fetches them again
}

// A model that is told of a picture and not shown it makes one up.
void AgentRun::mention(const std::vector<std::string>& left_out) {
    if (left_out.empty() || std::exchange(has_mentioned_, true)) return;
    std::string names;
    for (const auto& name : left_out)
        names += (names.empty() ? "" : ", ") + name;
    log::warn("run.images_left_out", {{"run", run_.request.run_id}, {"files", left_out.size()}});
    run_.request.message += "\n[not shown, too many at once: " + names + "]";
}

void AgentRun::send_start(const AttachedFiles& images) {
    const auto& config = rooms_.decisions.config();
    auto made = run_start_frame(config, run_, transcript_, images);
    if (!made)
        return complete(
            RunStatus::failed,
            "⚠️ The conversation could not be handed to the agent. Please try again.", "error");
    const int fd = made->blob.get();
    if (!rooms_.links.link(std::string(agent_worker_id))
             ->send(made->frame, {&fd, made->blob ? 1u : 0u}))
        return; // waits for room
    state_ = State::running;
    kill_point("run_started");
    rooms_.traces.add(run_.request.trace, run_room, "given_to_agent",
                      run_.provider + "/" + run_.model);
    deadline_.start(timeout_for(config, run_.request) + deadline_grace, [this] {
        run_.error = "The agent did not keep its deadline.";
        run_.error_kind = "timeout";
        complete(RunStatus::failed,
                 "⚠️ The answer took too long and was given up. Please try again.", "timeout");
    });
}

void AgentRun::on_delta(std::string_view text) {
    if (state_ != State::running) return;
    if (run_.text.size() + text.size() > ipc::max_answer_bytes) return on_too_long();
    run_.text += text;
    table_.tell(&RunListener::on_run_delta, run_, text);
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
    if (is_cut_short(end) && may_begin_again()) return on_cut_short();
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

// An agent worker of this build cuts it before. What is longer is not copied.
void AgentRun::on_too_long() {
    if (state_ != State::running) return;
    stop_agent();
    log::warn("run.too_long", {{"run", run_.request.run_id}, {"limit", ipc::max_answer_bytes}});
    run_.text.clear();
    run_.error = "The answer is longer than 2 MiB and was given up. Please ask for less at once.";
    run_.error_kind = "agent";
    complete(RunStatus::failed, "⚠️ " + run_.error, "error");
}

// A run without a record on disk ends with the gateway; any other is begun again by the next one.
bool AgentRun::may_begin_again() const {
    return table_.agent_returns() || !settles().empty();
}

// The agent left in peace and could not wait for it: recycled, or the gateway stops.
void AgentRun::on_cut_short() {
    rooms_.traces.add(run_.request.trace, run_room, "agent_left",
                      "time " + std::to_string(times_cut_short_ + 1));
    put_back();
    if (++times_cut_short_ > max_times_cut_short) return give_up(times_cut_short_);
    deadline_.start(while_it_leaves, [this] { try_agent(); }); // unless another comes before
}

void AgentRun::on_agent_down() {
    if (state_ != State::running) return;
    rooms_.traces.add(run_.request.trace, run_room, "agent_died",
                      "life " + std::to_string(lives_lost_ + 1));
    put_back();
    if (++lives_lost_ > max_lives_lost) give_up(lives_lost_);
}

// It begins anew with the next agent.
void AgentRun::put_back() {
    deadline_.stop();
    run_.text.clear();
    if (preview_) preview_->restart();
    state_ = State::wants_agent;
}

void AgentRun::give_up(int times) {
    run_.error =
        "The agent worker ended " + std::to_string(times) + " times while working on this.";
    run_.error_kind = "agent";
    complete(RunStatus::failed,
             "⚠️ I could not finish this: the agent stopped several times while working on it. "
             "Please try it in another way.",
             "error");
}

void AgentRun::stop_agent() const {
    ipc::Link* link = rooms_.links.link(std::string(agent_worker_id));
    if (link == nullptr) return;
    wire::Frame frame;
    frame.mutable_run_abort()->set_run_id(run_.request.run_id);
    (void)link->send(frame);
}

void AgentRun::abort(std::string_view reason) {
    if (state_ == State::keeping || state_ == State::over) return;
    if (state_ == State::running) stop_agent();
    abort_reason_ = reason;
    rooms_.traces.add(run_.request.trace, run_room, "aborted", abort_reason_);
    complete(RunStatus::aborted, std::exchange(run_.text, {}), "abort");
}

void AgentRun::show_typing(bool on) {
    typing_.stop();
    if (!run_.request.target || is_typing_ == on) return;
    is_typing_ = on;
    ipc::Link* link = rooms_.links.link(
        worker_id(run_.request.target->to.channel, run_.request.target->to.account));
    if (link == nullptr || !link->can_send()) return;
    wire::Frame frame;
    frame.set_trace(run_.request.trace);
    put_chat(*frame.mutable_typing()->mutable_chat(), run_.request.target->to.chat);
    frame.mutable_typing()->set_on(on);
    (void)link->send(frame);
}

} // namespace openclaw::flow
