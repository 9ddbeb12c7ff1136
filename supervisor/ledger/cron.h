// ledger/cron.h — jobs that shall run by themselves, and the record of their runs.
//
// All jobs are in memory (there are at most 1,000); what a job says is its own JSON, opaque here
// and read by rpc/cron. The newest 200 runs of each job are kept. Schedules are stored, not obeyed:
// nothing in this build wakes up for them.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/store.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::ledger {

struct CronJob {
    std::string id;
    std::string spec_json;         // what was asked for, at most 256 KiB
    std::string state_json = "{}"; // what happened lately
    std::int64_t created_at_ms = 0, updated_at_ms = 0;
};

struct CronRun {
    std::string run_id, job_id;
    std::int64_t at_ms = 0;
    std::string status;     // "ok", "error", "skipped"
    std::string entry_json; // as cron.runs shows it
};

// Empty texts match everything.
struct CronRunQuery {
    std::string job_id = {}, run_id = {}, status = {}, text = {};
    bool oldest_first = false;
    std::size_t offset = 0, limit = 50;
};

struct CronRunPage {
    std::vector<std::string> entries; // JSON
    std::int64_t total = 0;
};

class CronBook {
  public:
    static constexpr std::size_t max_jobs = 1000;

    static Result<CronBook> load(Store& store);

    const CronJob* find(std::string_view id) const; // valid until the next put() or erase()
    std::vector<const CronJob*> list() const;       // by id

    std::size_t size() const { return jobs_.size(); }

    // Adds or replaces. Error: busy, above max_jobs; invalid, a spec above its limit.
    Result<Write> put(CronJob job);
    Write erase(std::string id); // and the record of its runs
    Write note_run(CronRun run);
    void runs(CronRunQuery query, std::move_only_function<void(Result<CronRunPage>)> done);

  private:
    explicit CronBook(Store& store)
        : store_(&store) {}

    Store* store_;
    std::map<std::string, CronJob, std::less<>> jobs_;
};

} // namespace openclaw::ledger
