#include "supervisor/ledger/cron.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

CronJob job(const std::string& id) {
    return {.id = id, .spec_json = R"({"name":"daily"})", .created_at_ms = 1, .updated_at_ms = 2};
}

CronRun run(const std::string& job_id, int number, const std::string& status = "ok") {
    const std::string run_id = job_id + ":" + std::to_string(number);
    return {.run_id = run_id,
            .job_id = job_id,
            .at_ms = number,
            .status = status,
            .entry_json = R"({"runId":")" + run_id + R"(","summary":"Word )" +
                          std::to_string(number) + "\"}"};
}

CronRunPage runs(Fixture& it, CronRunQuery query) {
    return wait_for<Result<CronRunPage>>(
               it.loop, [&](auto done) { it.ledger->cron.runs(std::move(query), std::move(done)); })
        .value();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("cron jobs are there again after a restart, and gone after erase") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->cron.put(job("a")).value()));
        REQUIRE(it.keep(it.ledger->cron.put(job("b")).value()));
        REQUIRE(it.keep(it.ledger->cron.erase("b")));
        it.reopen();
        REQUIRE(it.ledger->cron.size() == 1);
        CHECK(it.ledger->cron.find("a")->spec_json == R"({"name":"daily"})");
        CHECK(it.ledger->cron.find("a")->created_at_ms == 1);
        CHECK(it.ledger->cron.find("b") == nullptr);
    }
    TEST_CASE("a cron job that is too large is refused and changes nothing") {
        Fixture it;
        auto large = job("a");
        large.spec_json.assign(300'000, ' ');
        const auto refused = it.ledger->cron.put(std::move(large));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::invalid);
        CHECK(it.ledger->cron.size() == 0);
    }
    TEST_CASE("runs are read newest first, by job, run, status and word") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->cron.note_run(run("a", 1))));
        REQUIRE(it.keep(it.ledger->cron.note_run(run("a", 2, "error"))));
        REQUIRE(it.keep(it.ledger->cron.note_run(run("b", 3))));
        const auto all = runs(it, {});
        REQUIRE(all.total == 3);
        CHECK(all.entries[0].contains("b:3"));
        CHECK(runs(it, {.oldest_first = true}).entries[0].contains("a:1"));
        CHECK(runs(it, {.job_id = "a"}).total == 2);
        CHECK(runs(it, {.run_id = "a:2"}).entries.at(0).contains("a:2"));
        CHECK(runs(it, {.status = "error"}).total == 1);
        CHECK(runs(it, {.text = "word 3"}).total == 1);
        const auto second = runs(it, {.offset = 1, .limit = 1});
        REQUIRE(second.entries.size() == 1);
        CHECK(second.entries[0].contains("a:2"));
    }
    TEST_CASE("of each job the newest two hundred runs are kept") {
        Fixture it;
        for (int i = 0; i < 205; ++i)
            REQUIRE(it.keep(it.ledger->cron.note_run(run("a", i))));
        REQUIRE(it.keep(it.ledger->cron.note_run(run("b", 1))));
        CHECK(runs(it, {.job_id = "a"}).total == 200);
        CHECK(runs(it, {.job_id = "a", .oldest_first = true}).entries[0].contains("a:5"));
        CHECK(runs(it, {.job_id = "b"}).total == 1);
    }
}
