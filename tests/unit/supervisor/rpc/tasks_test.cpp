// The runs of automations as tasks, and what an automation remembers.
#include "tests/unit/supervisor/rpc/fakes.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

json::Document ask(Desk& desk, const std::string& method, const std::string& params = "") {
    return parsed(desk.ask(method, params));
}

// A job that was made through the door; its id.
std::string add_job(Desk& desk) {
    const auto made = ask(
        desk, "cron.add",
        R"({"name":"tidy","schedule":{"kind":"every","everyMs":60000},"sessionTarget":"isolated",)"
        R"("wakeMode":"now","payload":{"kind":"agentTurn","message":"tidy up"}})");
    REQUIRE(made.root()["ok"].boolean());
    return std::string(made.root()["payload"]["id"].text());
}

std::string run_job(Desk& desk, const std::string& id) {
    const auto begun = ask(desk, "cron.run", R"({"mode":"force","id":")" + id + "\"}");
    REQUIRE(begun.root()["ok"].boolean());
    return std::string(begun.root()["payload"]["runId"].text());
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a running automation is a task that can be looked at and cancelled") {
        Desk desk;
        const auto run = run_job(desk, add_job(desk));
        const auto list = ask(desk, "tasks.list", R"({"status":"running"})");
        REQUIRE(list.root()["payload"]["tasks"].size() == 1);
        const auto task = list.root()["payload"]["tasks"].at(0);
        CHECK(task["id"].text() == run);
        CHECK(task["title"].text() == "tidy");
        CHECK(task["agentId"].text() == "main");
        CHECK(ask(desk, "status").root()["payload"]["tasks"]["active"].integer() == 1);
        const std::string named = R"({"taskId":")" + run + "\"}";
        CHECK(ask(desk, "tasks.get", named).root()["payload"]["task"]["status"].text() ==
              "running");
        const auto cancelled = ask(desk, "tasks.cancel", named);
        CHECK(cancelled.root()["payload"]["cancelled"].boolean());
        CHECK(cancelled.root()["payload"]["task"]["status"].text() == "cancelled");
        const auto late = ask(desk, "tasks.cancel", named);
        CHECK(late.root()["payload"]["found"].boolean());
        CHECK_FALSE(late.root()["payload"]["cancelled"].boolean());
    }
    TEST_CASE("both ends of an automation's run are told as a task") {
        Desk desk;
        auto reader = desk.join({"operator.read"});
        const auto run = run_job(desk, add_job(desk));
        const auto told = [&](std::string_view status) {
            return std::ranges::any_of(reader->frames, [&](const auto& frame) {
                const auto event = parsed(frame);
                const auto task = event.root()["payload"]["task"];
                return event.root()["event"].text() == "task" && task["id"].text() == run &&
                       task["status"].text() == status && task["title"].text() == "tidy";
            });
        };
        CHECK(told("running"));
        CHECK_FALSE(told("completed"));
        desk.runs.end(run, flow::RunStatus::completed, "stop");
        CHECK(told("completed"));
    }
    TEST_CASE("what nobody ran is not found") {
        Desk desk;
        CHECK(ask(desk, "tasks.get", R"({"taskId":"x"})").root()["error"]["message"].text() ==
              "task not found: x");
        const auto cancelled = ask(desk, "tasks.cancel", R"({"taskId":"x"})");
        CHECK_FALSE(cancelled.root()["payload"]["found"].boolean());
    }
    TEST_CASE("an automation's scratch has revisions, and a stale writer is told so") {
        Desk desk;
        const std::string id = add_job(desk);
        const std::string named = R"("id":")" + id + "\"";
        CHECK(ask(desk, "cron.scratch.get", "{" + named + "}")
                  .root()["payload"]["scratch"]
                  .is_null());
        const auto first = ask(desk, "cron.scratch.set", "{" + named + R"(,"content":"seen 3"})");
        CHECK(first.root()["payload"]["currentRevision"].integer() == 1);
        const auto stale =
            ask(desk, "cron.scratch.set", "{" + named + R"(,"content":"x","expectedRevision":0})");
        CHECK(stale.root()["payload"]["reason"].text() == "revision-conflict");
        const auto read = ask(desk, "cron.scratch.get", "{" + named + "}");
        CHECK(read.root()["payload"]["scratch"]["content"].text() == "seen 3");
        const auto gone =
            ask(desk, "cron.scratch.set", "{" + named + R"(,"content":null,"expectedRevision":1})");
        CHECK(gone.root()["payload"]["scratch"].is_null());
        CHECK(gone.root()["payload"]["currentRevision"].integer() == 2);
        CHECK(ask(desk, "cron.scratch.get", R"({"id":"no"})")
                  .root()["error"]["details"]["code"]
                  .text() == "CRON_JOB_NOT_FOUND");
    }
}
