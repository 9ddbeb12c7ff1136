// rpc/automations.h — running cron jobs, by hand: from the order to the record of what became of
// it.
//
// A job runs in a session of its own, in its agent's main session, or in the one it names. One run
// of a job at a time. The end is written to the ledger together with the job's state, and told as a
// `cron` event; both ends of a run also as a `task` event. Timers that run jobs by themselves are
// not part of this build.
#pragma once

#include "supervisor/rpc/cron_job.h"
#include "supervisor/rpc/run_start.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

// A job that runs now.
struct RunningJob {
    std::string job_id, run_id, session_key;
    std::int64_t since_ms = 0;
};

class Automations {
  public:
    Automations(RunParts parts, Events& events, CronDesk& desk)
        : parts_(parts)
        , events_(events)
        , desk_(desk) {}

    // The id of the run. Errors: busy (it runs already), those of AgentRuns::begin.
    Result<std::string> run(const ledger::CronJob& job);

    std::int64_t running_since(std::string_view job_id) const; // 0: it does not run

    std::size_t running_count() const { return running_.size(); }

    std::vector<RunningJob> running() const;
    // Stops a run of a job. False: it does not run.
    bool cancel(const std::string& run_id);

    void tell(const ledger::CronJob& job, std::string_view action);
    void tell_removed(const std::string& job_id);
    void tell_task(const std::string& task_json);

  private:
    flow::RunRequest request_for(const ledger::CronJob& job, const CronOrder& order) const;
    std::optional<flow::ReplyTarget> target_for(const CronOrder& order,
                                                const std::string& agent) const;
    void ended(const std::string& job_id, const flow::Run& run);

    RunParts parts_;
    Events& events_;
    CronDesk& desk_;
    std::map<std::string, RunningJob, std::less<>> running_; // by job
    std::uint64_t run_number_ = 0;
};

} // namespace openclaw::rpc
