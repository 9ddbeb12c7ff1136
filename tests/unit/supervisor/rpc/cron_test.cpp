#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::Desk;
using test::parsed;

namespace {

const std::string job =
    R"({"name":"daily","schedule":{"kind":"every","everyMs":1000},"sessionTarget":"isolated","wakeMode":"now","payload":{"kind":"agentTurn","message":"say hi"}})";

std::string add(Desk& desk, const std::string& spec = job) {
    const auto answer = parsed(desk.ask("cron.add", spec));
    return std::string(answer.root()["payload"]["id"].text());
}

std::string error_of(const std::string& frame) {
    return std::string(parsed(frame).root()["error"]["message"].text());
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a job is kept as it was asked for, anchored now, and told") {
        Desk desk;
        auto watcher = desk.join({"operator.read"});
        const auto answer = parsed(desk.ask("cron.add", job));
        const auto payload = answer.root()["payload"];
        CHECK(payload["name"].text() == "daily");
        CHECK(payload["enabled"].boolean());
        CHECK(payload["schedule"]["anchorMs"].integer() > 0);
        CHECK(payload["configRevision"].text().size() > 10);
        const auto event = parsed(watcher->last());
        CHECK(event.root()["event"].text() == "cron");
        CHECK(event.root()["payload"]["action"].text() == "added");
        CHECK(parsed(desk.ask("cron.list")).root()["payload"]["total"].integer() == 1);
    }
    TEST_CASE("cron.status says that nothing runs by itself") {
        Desk desk;
        const auto answer = parsed(desk.ask("cron.status"));
        CHECK_FALSE(answer.root()["payload"]["enabled"].boolean(true));
        CHECK(answer.root()["payload"]["reason"].text().contains("by hand"));
    }
    TEST_CASE("a job that cannot be run is refused by what is wrong with it") {
        Desk desk;
        const auto wrong = [&](const std::string& schedule, const std::string& payload) {
            return error_of(desk.ask(
                "cron.add", R"({"name":"n","wakeMode":"now","sessionTarget":"main","schedule":)" +
                                schedule + R"(,"payload":)" + payload + "}"));
        };
        const std::string hourly = R"({"kind":"every","everyMs":1})",
                          turn = R"({"kind":"agentTurn","message":"m"})";
        CHECK(wrong(R"({"kind":"every"})", turn) ==
              "invalid cron.add params: at /schedule: must have required property 'everyMs'");
        CHECK(wrong(R"({"kind":"stream","command":["x"]})", turn).contains("this build"));
        CHECK(wrong(hourly, R"({"kind":"command","argv":["rm"]})").contains("this build"));
        CHECK(wrong(hourly, R"({"kind":"nonsense"})")
                  .contains("at /payload/kind: must be equal to one of the allowed values"));
        CHECK(desk.cron.jobs.empty());
    }
    TEST_CASE("a patch changes members, takes them away, and knows when the job has changed") {
        Desk desk;
        const auto id = add(desk);
        const auto revision = std::string(parsed(desk.ask("cron.get", "{\"id\":\"" + id + "\"}"))
                                              .root()["payload"]["configRevision"]
                                              .text());
        const auto patch = [&](const std::string& members, const std::string& more = "") {
            return desk.ask("cron.update",
                            "{\"id\":\"" + id + "\",\"patch\":" + members + more + "}");
        };
        CHECK(parsed(patch(R"({"name":"nightly","payload":{"kind":"agentTurn","model":"a/b"}})"))
                  .root()["payload"]["payload"]["message"]
                  .text() == "say hi");
        CHECK(desk.cron.jobs[id].spec_json.contains("nightly"));
        CHECK(error_of(
                  patch(R"({"enabled":false})", R"(,"expectedConfigRevision":")" + revision + "\""))
                  .contains("has changed"));
        patch(R"({"description":"d"})");
        patch(R"({"description":null})");
        CHECK_FALSE(desk.cron.jobs[id].spec_json.contains("description"));
    }
    TEST_CASE("an unknown job is told by a code clients know") {
        Desk desk;
        const auto refused = parsed(desk.ask("cron.remove", R"({"id":"nope"})"));
        CHECK(refused.root()["error"]["details"]["code"].text() == "CRON_JOB_NOT_FOUND");
        CHECK(refused.root()["error"]["details"]["jobId"].text() == "nope");
    }
    TEST_CASE("a run by hand goes to a session of its own and is recorded when it ends") {
        Desk desk;
        const auto id = add(desk);
        auto watcher = desk.join({"operator.read"});
        const std::string force = "{\"id\":\"" + id + R"(","mode":"force"})";
        const auto answer = parsed(desk.ask("cron.run", force));
        REQUIRE(answer.root()["payload"]["enqueued"].boolean());
        const std::string run_id(answer.root()["payload"]["runId"].text());
        CHECK(run_id.starts_with("manual:" + id + ":"));
        REQUIRE(desk.runs.begun.size() == 1);
        const auto& request = desk.runs.begun[0]->request;
        CHECK(request.session_key.starts_with("agent:main:cron:" + id + ":run:"));
        CHECK(request.message == "say hi");
        const auto again = parsed(desk.ask("cron.run", force));
        CHECK(again.root()["payload"]["reason"].text() == "already-running");
        desk.runs.start(run_id);
        desk.runs.speak(run_id, "hi");
        desk.runs.end(run_id, flow::RunStatus::completed, "stop");
        const auto runs = parsed(desk.ask("cron.runs", "{\"id\":\"" + id + "\"}"));
        const auto entry = runs.root()["payload"]["entries"].at(0);
        CHECK(entry["status"].text() == "ok");
        CHECK(entry["summary"].text() == "hi");
        CHECK(entry["jobName"].text() == "daily");
        const auto shown = parsed(desk.ask("cron.get", "{\"id\":\"" + id + "\"}"));
        CHECK(shown.root()["payload"]["state"]["lastRunStatus"].text() == "ok");
        std::string actions;
        for (const auto& frame : watcher->frames)
            if (const auto event = parsed(frame); event.root()["event"].text() == "cron")
                actions += std::string(event.root()["payload"]["action"].text()) + " ";
        CHECK(actions == "started finished ");
        CHECK(parsed(desk.ask("tasks.list")).root()["payload"]["tasks"].at(0)["status"].text() ==
              "completed");
    }
    TEST_CASE("modes: nothing is ever due; a disabled job runs only by force") {
        Desk desk;
        const auto id = add(desk);
        const auto mode = [&](const std::string& word) {
            return std::string(
                parsed(desk.ask("cron.run", "{\"id\":\"" + id + R"(","mode":")" + word + "\"}"))
                    .root()["payload"]["reason"]
                    .text());
        };
        CHECK(mode("due") == "not-due");
        desk.ask("cron.update", "{\"id\":\"" + id + R"(","patch":{"enabled":false}})");
        CHECK(mode("if-enabled") == "disabled");
        CHECK(mode("force").empty());
    }
    TEST_CASE("a job that goes after its run goes when that went well") {
        Desk desk;
        std::string once = job;
        once.insert(1, R"("deleteAfterRun":true,)");
        const auto id = add(desk, once);
        const auto run = [&] {
            const auto answer =
                parsed(desk.ask("cron.run", "{\"id\":\"" + id + R"(","mode":"force"})"));
            return std::string(answer.root()["payload"]["runId"].text());
        };
        desk.runs.end(run(), flow::RunStatus::failed, "error");
        CHECK(desk.cron.jobs.contains(id));
        desk.runs.end(run(), flow::RunStatus::completed, "stop");
        CHECK_FALSE(desk.cron.jobs.contains(id));
    }
}
