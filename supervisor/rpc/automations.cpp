#include "supervisor/rpc/automations.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/task_row.h"

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_summary_bytes = 2000;

std::string_view status_of(const flow::Run& run) {
    if (run.status == flow::RunStatus::completed) return "ok";
    return run.status == flow::RunStatus::aborted ? "skipped" : "error";
}

std::string entry_json(const std::string& job_id, const CronOrder& order, const flow::Run& run,
                       std::int64_t now_ms) {
    const bool is_ok = run.status == flow::RunStatus::completed;
    json::Writer out;
    out.begin_object().member("ts", now_ms).member("jobId", job_id).member("action", "finished");
    out.member("status", status_of(run));
    out.member("completionStatus", is_ok ? "succeeded" : "failed");
    if (!run.error.empty()) out.member("error", run.error);
    if (!run.text.empty()) out.member("summary", utf8_prefix(run.text, max_summary_bytes));
    out.member("runId", run.request.run_id).member("runAtMs", run.accepted_at_ms);
    out.member("durationMs", std::max<std::int64_t>(0, run.ended_at_ms - run.accepted_at_ms));
    if (!run.model.empty()) out.member("model", run.model).member("provider", run.provider);
    out.key("usage").begin_object().member("input_tokens", run.input_tokens);
    out.member("output_tokens", run.output_tokens);
    out.member("total_tokens", run.input_tokens + run.output_tokens).end_object();
    // Whether a chat got it is the outbox's story; here it is only known that it was asked for.
    out.member("deliveryStatus", run.request.target ? "unknown" : "not-requested");
    if (!run.session_id.empty()) out.member("sessionId", run.session_id);
    out.member("sessionKey", run.request.session_key).member("jobName", order.name);
    return out.end_object().take();
}

std::string state_json(const ledger::CronJob& job, const flow::Run& run) {
    const auto before = json::Document::parse(job.state_json);
    const std::int64_t errors = before ? before->root()["consecutiveErrors"].integer() : 0;
    const bool is_error = run.status == flow::RunStatus::failed;
    json::Writer out;
    out.begin_object().member("lastRunAtMs", run.accepted_at_ms);
    out.member("lastRunStatus", status_of(run)).member("lastStatus", status_of(run));
    out.member("lastDurationMs", std::max<std::int64_t>(0, run.ended_at_ms - run.accepted_at_ms));
    if (!run.error.empty()) out.member("lastError", run.error);
    return out.member("consecutiveErrors", is_error ? errors + 1 : 0).end_object().take();
}

} // namespace

std::int64_t Automations::running_since(std::string_view job_id) const {
    const auto found = running_.find(job_id);
    return found == running_.end() ? 0 : found->second.since_ms;
}

std::vector<RunningJob> Automations::running() const {
    std::vector<RunningJob> all;
    for (const auto& [id, job] : running_)
        all.push_back(job);
    return all;
}

bool Automations::cancel(const std::string& run_id) {
    for (const auto& job : running())
        if (job.run_id == run_id) return !parts_.runs.abort(job.session_key, run_id).empty();
    return false;
}

// To the chat it names, or where the agent's main session last heard somebody.
std::optional<flow::ReplyTarget> Automations::target_for(const CronOrder& order,
                                                         const std::string& agent) const {
    if (order.delivery_mode != "announce") return std::nullopt;
    if (!order.delivery_to.empty() && order.delivery_channel != "last")
        return flow::ReplyTarget{.to = {.channel = order.delivery_channel,
                                        .account = order.delivery_account,
                                        .chat = {.id = order.delivery_to,
                                                 .thread_id = order.delivery_thread,
                                                 .kind = ledger::ChatKind::direct}},
                                 .reply_to_message_id = {}};
    const auto* main = parts_.conversations.find(policy::main_session_key(agent));
    if (main == nullptr || main->last_route.channel.empty()) return std::nullopt;
    return flow::ReplyTarget{.to = main->last_route, .reply_to_message_id = {}};
}

flow::RunRequest Automations::request_for(const ledger::CronJob& job,
                                          const CronOrder& order) const {
    const std::string agent =
        order.agent_id.empty() ? parts_.facts.agents.default_id : order.agent_id;
    flow::RunRequest request;
    request.agent_id = agent;
    if (order.session_target == "main")
        request.session_key = policy::main_session_key(agent);
    else if (order.session_target == "isolated")
        request.session_key = "agent:" + agent + ":cron:" + job.id + ":run:" + uuid_v4();
    else
        request.session_key =
            order.session_target == "current" ? order.session_key : order.session_target;
    request.message = order.message;
    request.model = order.model;
    request.target = target_for(order, agent);
    request.trace = uuid_v4();
    if (order.timeout_seconds > 0) request.timeout = std::chrono::seconds(order.timeout_seconds);
    return request;
}

Result<std::string> Automations::run(const ledger::CronJob& job) {
    if (running_.contains(job.id))
        return fail(Code::busy, "the job is running already; wait for its end");
    const CronOrder order = cron_order(job);
    flow::RunRequest request = request_for(job, order);
    request.session_key = TRY(session_named(request.session_key, parts_.facts));
    const auto now_ms = parts_.loop.clock().unix_ms();
    request.run_id =
        "manual:" + job.id + ":" + std::to_string(now_ms) + ":" + std::to_string(++run_number_);
    const std::string run_id = request.run_id, job_id = job.id, session_key = request.session_key;
    TRY_VOID(parts_.runs.begin(std::move(request)));
    running_[job_id] = {
        .job_id = job_id, .run_id = run_id, .session_key = session_key, .since_ms = now_ms};
    parts_.run_events.when_ended(
        run_id, [this, job_id](const flow::Run& ended_run) { ended(job_id, ended_run); });
    tell(job, "started");
    json::Writer task;
    write_running_task(task, running_[job_id], desk_);
    tell_task(task.take());
    return run_id;
}

void Automations::ended(const std::string& job_id, const flow::Run& run) {
    running_.erase(job_id);
    const auto now_ms = parts_.loop.clock().unix_ms();
    const ledger::CronJob* known = desk_.find(job_id);
    const CronOrder order = known != nullptr ? cron_order(*known) : CronOrder{};
    ledger::CronRun record{.run_id = run.request.run_id,
                           .job_id = job_id,
                           .at_ms = now_ms,
                           .status = std::string(status_of(run)),
                           .entry_json = entry_json(job_id, order, run, now_ms)};
    std::string told = record.entry_json;
    if (const auto entry = json::Document::parse(told)) {
        json::Writer task;
        write_ended_task(task, entry->root());
        tell_task(task.take());
    }
    if (known == nullptr) return desk_.note(std::move(record), nullptr);
    ledger::CronJob job = *known;
    job.state_json = state_json(job, run);
    desk_.note(std::move(record), &job);
    told.pop_back();
    events_.send({.name = "cron", .payload = told + R"(,"job":)" + cron_job_json(job, 0) + "}"});
    if (order.delete_after_run && run.status == flow::RunStatus::completed)
        desk_.erase(job_id, [this, job_id](Result<void> gone) {
            if (gone) tell_removed(job_id);
        });
}

void Automations::tell(const ledger::CronJob& job, std::string_view action) {
    json::Writer out;
    out.begin_object().member("jobId", job.id).member("action", action);
    if (const auto found = running_.find(job.id); found != running_.end())
        out.member("runId", found->second.run_id).member("runAtMs", found->second.since_ms);
    out.raw_member("job", cron_job_json(job, running_since(job.id)));
    events_.send({.name = "cron", .payload = out.end_object().take()});
}

void Automations::tell_task(const std::string& task_json) {
    json::Writer out;
    out.begin_object().member("action", "upserted").raw_member("task", task_json).end_object();
    events_.send({.name = "task", .payload = out.take()});
}

void Automations::tell_removed(const std::string& job_id) {
    json::Writer out;
    out.begin_object().member("jobId", job_id).member("action", "removed");
    events_.send({.name = "cron", .payload = out.end_object().take()});
}

} // namespace openclaw::rpc
