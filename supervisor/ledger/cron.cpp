#include "supervisor/ledger/cron.h"

#include "supervisor/ledger/database.h"

namespace openclaw::ledger {

namespace {

constexpr std::size_t max_spec_bytes = std::size_t{256} * 1024;
constexpr int kept_runs = 200; // of each job

#define RUN_FILTER                                                                                 \
    " from cron_runs where (? = '' or job_id = ?) and (? = '' or run_id = ?) and "                 \
    "(? = '' or status = ?) and (? = '' or instr(lower(entry_json), lower(?)) > 0) "

Result<CronRunPage> read_runs(Database& database, const CronRunQuery& q) {
    CronRunPage page;
    page.total = TRY(database.number("select count(*)" RUN_FILTER, 0, q.job_id, q.job_id, q.run_id,
                                     q.run_id, q.status, q.status, q.text, q.text));
    auto rows = q.oldest_first ? database.query("select entry_json" RUN_FILTER
                                                "order by sequence limit ? offset ?",
                                                q.job_id, q.job_id, q.run_id, q.run_id, q.status,
                                                q.status, q.text, q.text, q.limit, q.offset)
                               : database.query("select entry_json" RUN_FILTER
                                                "order by sequence desc limit ? offset ?",
                                                q.job_id, q.job_id, q.run_id, q.run_id, q.status,
                                                q.status, q.text, q.text, q.limit, q.offset);
    while (rows.next())
        page.entries.push_back(rows.text());
    TRY_VOID(rows.end());
    return page;
}

} // namespace

Result<CronBook> CronBook::load(Store& store) {
    CronBook book(store);
    auto rows = store.at_start()->query(
        "select id, spec_json, state_json, created_at_ms, updated_at_ms from cron_jobs");
    while (rows.next()) {
        CronJob job;
        job.id = rows.text();
        job.spec_json = rows.text();
        job.state_json = rows.text();
        job.created_at_ms = rows.integer();
        job.updated_at_ms = rows.integer();
        auto id = job.id;
        book.jobs_.emplace(std::move(id), std::move(job));
    }
    TRY_VOID(rows.end());
    return book;
}

const CronJob* CronBook::find(std::string_view id) const {
    const auto found = jobs_.find(id);
    return found == jobs_.end() ? nullptr : &found->second;
}

std::vector<const CronJob*> CronBook::list() const {
    std::vector<const CronJob*> jobs;
    for (const auto& [id, job] : jobs_)
        jobs.push_back(&job);
    return jobs;
}

Result<Write> CronBook::put(CronJob job) {
    if (job.spec_json.size() > max_spec_bytes)
        return fail(Code::invalid, "a cron job may hold 256 KiB; shorten its message");
    if (!jobs_.contains(job.id) && jobs_.size() >= max_jobs)
        return fail(Code::busy, "there are 1,000 cron jobs already; remove one first");
    jobs_.insert_or_assign(job.id, job);
    return Write{.apply = [job = std::move(job)](Database* database) {
        return database->run(
            "insert into cron_jobs (id, spec_json, state_json, created_at_ms, updated_at_ms) "
            "values (?, ?, ?, ?, ?) on conflict (id) do update set "
            "spec_json = excluded.spec_json, state_json = excluded.state_json, "
            "updated_at_ms = excluded.updated_at_ms",
            job.id, job.spec_json, job.state_json, job.created_at_ms, job.updated_at_ms);
    }};
}

Write CronBook::erase(std::string id) {
    if (const auto found = jobs_.find(id); found != jobs_.end()) jobs_.erase(found);
    return {.apply = [id = std::move(id)](Database* database) -> Result<void> {
        TRY_VOID(database->run("delete from cron_runs where job_id = ?", id));
        return database->run("delete from cron_jobs where id = ?", id);
    }};
}

Write CronBook::note_run(CronRun run) {
    return {.apply = [run = std::move(run)](Database* database) -> Result<void> {
        TRY_VOID(database->run("insert into cron_runs (run_id, job_id, at_ms, status, entry_json) "
                               "values (?, ?, ?, ?, ?)",
                               run.run_id, run.job_id, run.at_ms, run.status, run.entry_json));
        return database->run(
            "delete from cron_runs where job_id = ? and sequence <= (select sequence from "
            "cron_runs where job_id = ? order by sequence desc limit 1 offset ?)",
            run.job_id, run.job_id, kept_runs);
    }};
}

void CronBook::runs(CronRunQuery query, std::move_only_function<void(Result<CronRunPage>)> done) {
    store_->read<CronRunPage>(
        [query = std::move(query)](Database* database) { return read_runs(*database, query); },
        std::move(done));
}

} // namespace openclaw::ledger
