#include "tests/unit/supervisor/rpc/fakes.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::Desk;
using test::parsed;

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("last-heartbeat is null before the first, and the record of the last one after") {
        Desk desk;
        CHECK(parsed(desk.ask("last-heartbeat")).root()["payload"].is_null());
        auto watcher = desk.join({});
        desk.ask("system-event", R"({"text":"the door is open"})");
        desk.ask("wake", R"({"mode":"now","text":"and it rains"})");
        REQUIRE(desk.runs.begun.size() == 1);
        const auto& request = desk.runs.begun[0]->request;
        CHECK(request.session_key == "agent:main:main");
        CHECK(request.message == "System events:\n- the door is open\n- and it rains");
        desk.runs.start(request.run_id);
        desk.runs.speak(request.run_id, "noted");
        desk.runs.end(request.run_id, flow::RunStatus::completed, "stop");
        const auto last = parsed(desk.ask("last-heartbeat"));
        CHECK(last.root()["payload"]["status"].text() == "ok");
        CHECK(last.root()["payload"]["preview"].text() == "noted");
        CHECK(parsed(watcher->last()).root()["event"].text() == "heartbeat");
    }
    TEST_CASE("news waits while heartbeats are off, and the oldest makes room") {
        Desk desk;
        desk.ask("set-heartbeats", R"({"enabled":false})");
        desk.ask("wake", R"({"mode":"now","text":"first"})");
        CHECK(desk.runs.begun.empty());
        for (int i = 0; i < 20; ++i)
            desk.ask("system-event", R"({"text":"later )" + std::to_string(i) + R"("})");
        CHECK(desk.heartbeats.waiting().size() == 20);
        CHECK(desk.heartbeats.waiting().front().text == "later 0");
    }
    TEST_CASE("without a reviewer a command is refused at once") {
        Desk desk;
        desk.join({"operator.read"});
        const auto answer =
            parsed(desk.ask("exec.approval.request", R"({"command":"ls","host":"gateway"})"));
        CHECK(answer.root()["payload"]["decision"].is_null());
        CHECK(parsed(desk.ask("exec.approval.list")).root()["payload"].size() == 0);
    }
    TEST_CASE("a reviewer is asked, decides once, and both hear of it") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        const auto accepted = parsed(desk.ask(
            "exec.approval.request",
            R"({"id":"a1","command":"ls -l","host":"gateway","cwd":"/","twoPhase":true})"));
        CHECK(accepted.root()["payload"]["status"].text() == "accepted");
        const auto asked = parsed(reviewer->last());
        CHECK(asked.root()["event"].text() == "exec.approval.requested");
        CHECK(asked.root()["payload"]["request"]["command"].text() == "ls -l");
        const auto before = desk.owner->frames.size();
        desk.ask("exec.approval.waitDecision", R"({"id":"a1"})");
        CHECK(desk.owner->frames.size() == before); // it waits
        CHECK(parsed(desk.ask(*reviewer, "exec.approval.resolve",
                              R"({"id":"a1","decision":"allow-once"})"))
                  .root()["ok"]
                  .boolean());
        const auto decided = parsed(*std::prev(desk.owner->frames.end(), 2)); // the asker is last
        CHECK(decided.root()["payload"]["decision"].text() == "allow-once");
        CHECK(decided.root()["payload"]["terminalReason"].text() == "user");
        const auto again = parsed(
            desk.ask(*reviewer, "exec.approval.resolve", R"({"id":"a1","decision":"deny"})"));
        CHECK(again.root()["error"]["details"]["reason"].text() == "APPROVAL_ALREADY_RESOLVED");
        const auto unknown = parsed(
            desk.ask(*reviewer, "exec.approval.resolve", R"({"id":"zz","decision":"deny"})"));
        CHECK(unknown.root()["error"]["details"]["reason"].text() == "APPROVAL_NOT_FOUND");
    }
    TEST_CASE("a request nobody decides expires") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        desk.ask("exec.approval.request",
                 R"({"id":"a1","command":"ls","timeoutMs":1,"twoPhase":true})");
        desk.ask("exec.approval.waitDecision", R"({"id":"a1"})");
        const auto before = desk.owner->frames.size();
        REQUIRE(
            test::turn_until(desk.loop, [&] { return desk.owner->frames.size() == before + 2; }));
        const auto late = parsed(desk.owner->frames[before]);
        CHECK(late.root()["payload"]["decision"].is_null());
        CHECK(late.root()["payload"]["terminalReason"].text() == "timeout");
        CHECK(parsed(reviewer->last()).root()["event"].text() == "exec.approval.resolved");
    }
    TEST_CASE("a write of the configuration needs a hash, tells everybody and says what it costs") {
        Desk desk;
        auto watcher = desk.join({"operator.read"});
        CHECK(parsed(desk.ask("config.set", R"({"raw":"{}"})")).root()["error"]["message"].text() ==
              "config base hash required; re-run config.get and retry");
        const auto answer =
            parsed(desk.ask("config.patch", R"({"raw":"{\"ui\":{}}","baseHash":"h1"})"));
        CHECK(answer.root()["payload"]["hash"].text() == "h2");
        CHECK(answer.root()["payload"]["changedPaths"].dump() == R"(["ui"])");
        REQUIRE(desk.config_changes.size() == 1);
        CHECK(desk.config_changes[0].kind == rpc::ConfigChange::Kind::merge);
        CHECK(desk.config_changes[0].expected_hash == "h1");
        const auto event = parsed(watcher->last());
        CHECK(event.root()["event"].text() == "config.changed");
        CHECK(event.root()["payload"]["hash"].text() == "h2");
        CHECK_FALSE(answer.root()["payload"]["restartRequired"].boolean(true));
        desk.config_outcome->is_left_for_a_restart = true;
        const auto waits =
            parsed(desk.ask("config.patch", R"({"raw":"{\"ui\":{}}","baseHash":"h2"})"));
        CHECK(waits.root()["payload"]["restartRequired"].boolean());
        const auto broken = parsed(desk.ask("agents.create", R"({"name":"Fair Wind"})"));
        CHECK(broken.root()["error"]["message"].text().find("not in force") != std::string::npos);
        CHECK(parsed(watcher->last()).root()["event"].text() == "config.changed"); // it is written
    }
    TEST_CASE("a refused write names the place as the original does") {
        Desk desk;
        desk.config_outcome = std::unexpected(
            rpc::ConfigRefusal{.error = invalid("no"),
                               .issues = {{.path = "", .message = "Unrecognized key: \"nope\""}}});
        const auto refused =
            parsed(desk.ask("config.apply", R"({"raw":"{\"nope\":1}","baseHash":"h1"})"));
        const auto error = refused.root()["error"];
        CHECK(error["message"].text() == "invalid config: <root>: Unrecognized key: \"nope\"");
        CHECK(error["details"]["issues"].at(0)["message"].text() == "Unrecognized key: \"nope\"");
        desk.config_outcome =
            std::unexpected(rpc::ConfigRefusal{.error = {.code = Code::busy}, .issues = {}});
        CHECK(parsed(desk.ask("config.set", R"({"raw":"{}","baseHash":"old"})"))
                  .root()["error"]["message"]
                  .text() == "config changed since last load; re-run config.get and retry");
    }
    TEST_CASE("agents are made, changed and removed by patches of the file") {
        Desk desk;
        const auto made = parsed(desk.ask("agents.create", R"({"name":"Fair Wind","emoji":"W"})"));
        CHECK(made.root()["payload"]["agentId"].text() == "fair-wind");
        CHECK(
            desk.config_changes.back().raw ==
            R"({"agents":{"entries":{"main":{},"fair-wind":{"name":"Fair Wind","identity":{"emoji":"W"}}}}})");
        CHECK(parsed(desk.ask("agents.delete", R"({"agentId":"main"})"))
                  .root()["error"]["message"]
                  .text()
                  .contains("default agent"));
        desk.facts.agents.entries["b"].id = "b";
        desk.ask("agents.delete", R"({"agentId":"b"})");
        CHECK(desk.config_changes.back().raw == R"({"agents":{"entries":{"b":null}}})");
    }
    TEST_CASE("config.schema.lookup knows types, bounds, costs and what is below") {
        Desk desk;
        const auto port = parsed(desk.ask("config.schema.lookup", R"({"path":"gateway.port"})"));
        CHECK(port.root()["payload"]["schema"]["type"].text() == "integer");
        CHECK(port.root()["payload"]["schema"]["maximum"].integer() == 65'535);
        CHECK(port.root()["payload"]["reloadKind"].text() == "restart");
        const auto auth = parsed(desk.ask("config.schema.lookup", R"({"path":"gateway.auth"})"));
        CHECK(auth.root()["payload"]["children"].size() > 2);
        CHECK(auth.root()["payload"]["children"].dump().contains(R"("sensitive":true)"));
        CHECK_FALSE(parsed(desk.ask("config.schema.lookup", R"({"path":"no.such"})"))
                        .root()["ok"]
                        .boolean(true));
    }
    TEST_CASE("usage is counted by day, model and session; costs are not known") {
        Desk desk;
        desk.conversations.add("agent:main:main", 5);
        const auto now = desk.loop.clock().unix_ms();
        desk.conversations.used = {{.session_key = "agent:main:main",
                                    .session_id = "sid-1",
                                    .provider = "fake",
                                    .model = "fake-1",
                                    .day = "2026-11-21",
                                    .input = 10,
                                    .output = 5,
                                    .questions = 0,
                                    .answers = 2,
                                    .first_ms = now,
                                    .last_ms = now}};
        const auto cost = parsed(desk.ask("usage.cost", R"({"days":3})"));
        const auto totals = cost.root()["payload"]["totals"];
        CHECK(totals["totalTokens"].integer() == 15);
        CHECK(totals["missingCostEntries"].integer() == 2);
        CHECK(totals["missingCostByModel"]["fake/fake-1"].integer() == 2);
        CHECK(cost.root()["payload"]["daily"].size() >= 3);
        const auto usage = parsed(desk.ask("sessions.usage"));
        const auto payload = usage.root()["payload"];
        CHECK(payload["sessions"].at(0)["usage"]["totalTokens"].integer() == 15);
        CHECK(payload["aggregates"]["byModel"].at(0)["model"].text() == "fake-1");
        CHECK_FALSE(parsed(desk.ask("usage.cost", R"({"startDate":"yesterday"})"))
                        .root()["ok"]
                        .boolean(true));
    }
    TEST_CASE("diagnostics.stability counts what happened and shows the newest") {
        Desk desk;
        desk.ask("chat.send", R"({"sessionKey":"main","message":"a","idempotencyKey":"r1"})");
        desk.runs.start("r1");
        desk.runs.end("r1", flow::RunStatus::completed, "stop");
        const auto answer = parsed(desk.ask("diagnostics.stability", R"({"limit":1})"));
        const auto payload = answer.root()["payload"];
        CHECK(payload["lastSeq"].integer() == 3);
        REQUIRE(payload["events"].size() == 1);
        CHECK(payload["events"].at(0)["type"].text() == "message.processed");
        CHECK(payload["summary"]["byType"]["model.call.completed"].integer() == 1);
        CHECK(payload["generatedAt"].text().ends_with("Z"));
    }
    TEST_CASE("a restart is asked for once; later askers hear that it is under way") {
        Desk desk;
        const auto first =
            parsed(desk.ask("gateway.restart.request", R"({"reason":"new config"})"));
        CHECK(first.root()["payload"]["status"].text() == "scheduled");
        CHECK_FALSE(first.root()["payload"]["restart"]["coalesced"].boolean(true));
        CHECK(desk.restarts == std::vector<std::string>{"new config"});
        CHECK(parsed(desk.ask("gateway.restart.request"))
                  .root()["payload"]["restart"]["coalesced"]
                  .boolean());
    }
    TEST_CASE("models are those that are configured, with the default marked") {
        Desk desk;
        desk.facts.providers = {
            {.id = "fake",
             .models = {{.id = "fake-1", .name = "One", .context_window = 32'000},
                        {.id = "fake-2", .name = "Two"}},
             .has_key = true},
            {.id = "broken", .models = {{.id = "x", .name = ""}}, .problem = "no key"}};
        const auto answer = parsed(desk.ask("models.list"));
        const auto models = answer.root()["payload"]["models"];
        REQUIRE(models.size() == 3);
        CHECK(models.at(0)["tags"].dump() == R"(["default"])");
        CHECK(models.at(0)["contextWindow"].integer() == 32'000);
        CHECK_FALSE(models.at(2)["available"].boolean(true));
        const auto auth = parsed(desk.ask("models.authStatus"));
        CHECK(auth.root()["payload"]["providers"].at(0)["status"].text() == "static");
        CHECK(auth.root()["payload"]["providers"].at(1)["status"].text() == "missing");
    }
}
