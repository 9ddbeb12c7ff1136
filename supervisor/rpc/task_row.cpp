#include "supervisor/rpc/task_row.h"

#include "supervisor/policy/session_key.h"

namespace openclaw::rpc {

std::string_view task_word(std::string_view run_status) {
    if (run_status == "ok") return "completed";
    return run_status == "skipped" ? "cancelled" : "failed";
}

void write_running_task(json::Writer& out, const RunningJob& running, const CronDesk& desk) {
    const auto* job = desk.find(running.job_id);
    out.begin_object().member("id", running.run_id).member("taskId", running.run_id);
    out.member("kind", "automation_run").member("runtime", "cron").member("status", "running");
    out.member("title", job == nullptr ? std::string() : cron_order(*job).name);
    out.member("runId", running.run_id).member("agentId", policy::agent_of(running.session_key));
    out.member("childSessionKey", running.session_key).member("sourceId", running.job_id);
    out.member("createdAt", running.since_ms).member("updatedAt", running.since_ms);
    out.member("startedAt", running.since_ms).end_object();
}

void write_ended_task(json::Writer& out, json::View entry) {
    const auto run_id = entry["runId"].text(), session_key = entry["sessionKey"].text();
    const auto began = entry["runAtMs"].integer(), ended = entry["ts"].integer();
    out.begin_object().member("id", run_id).member("taskId", run_id);
    out.member("kind", "automation_run").member("runtime", "cron");
    out.member("status", task_word(entry["status"].text()));
    out.member("title", entry["jobName"].text()).member("runId", run_id);
    out.member("agentId", policy::agent_of(session_key)).member("childSessionKey", session_key);
    out.member("sourceId", entry["jobId"].text()).member("createdAt", began);
    out.member("updatedAt", ended).member("startedAt", began).member("endedAt", ended);
    if (const auto error = entry["error"].text(); !error.empty()) out.member("error", error);
    if (const auto text = entry["summary"].text(); !text.empty())
        out.member("terminalSummary", text);
    out.end_object();
}

} // namespace openclaw::rpc
