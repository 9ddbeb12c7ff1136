#include "tests/unit/supervisor/rpc/fakes.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::Desk;
using test::FakePeer;

namespace {

// "chat delta", "agent lifecycle end", "sessions.changed phase=start": what kind of event it is.
std::string kind_of(const std::string& frame) {
    const auto document = test::parsed(frame);
    const auto root = document.root(), payload = root["payload"];
    if (root["type"].text() == "res")
        return payload["status"].text().empty() ? "res"
                                                : "res " + std::string(payload["status"].text());
    std::string kind(root["event"].text());
    if (kind == "chat")
        return "chat " + std::string(payload["state"].text()) +
               (payload["phase"] ? " " + std::string(payload["phase"].text()) : "");
    if (kind == "agent") {
        kind += " " + std::string(payload["stream"].text());
        if (payload["data"]["phase"]) kind += " " + std::string(payload["data"]["phase"].text());
    }
    if (kind == "session.message") kind += " " + std::string(payload["message"]["role"].text());
    if (kind == "sessions.changed")
        kind += payload["reason"] ? " reason=" + std::string(payload["reason"].text())
                                  : " phase=" + std::string(payload["phase"].text());
    return kind;
}

std::vector<std::string> kinds(const std::vector<std::string>& frames) {
    std::vector<std::string> list;
    for (const auto& frame : frames)
        list.push_back(kind_of(frame));
    return list;
}

struct Watched : Desk {
    Watched() {
        conversations.add("agent:main:main", 1);
        watcher = join(policy::operator_scopes());
        watcher->subscriptions.sessions = true;
        watcher->subscriptions.session_messages.insert("agent:main:main");
    }

    void send(const std::string& key, const std::string& message = "hello") {
        ask(*watcher, "chat.send",
            R"({"sessionKey":"main","message":")" + message + R"(","idempotencyKey":")" + key +
                "\"}");
    }

    json::Document last_of(const std::string& kind) {
        for (auto at = watcher->frames.rbegin(); at != watcher->frames.rend(); ++at)
            if (kind_of(*at) == kind) return test::parsed(*at);
        FAIL("no " << kind);
        return test::parsed("{}");
    }

    std::shared_ptr<FakePeer> watcher;
};

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a streamed run is told in the documented order") { // PROTOCOL.md 12.5
        Watched desk;
        desk.send("r1");
        desk.runs.row("agent:main:main", "user", "hello");
        desk.runs.start("r1");
        desk.runs.speak("r1", "Hello");
        desk.runs.speak("r1", " there");
        desk.runs.runs.at("r1")->status = flow::RunStatus::completed; // its answer is recorded
        desk.runs.row("agent:main:main", "assistant", "Hello there", "r1");
        desk.runs.end("r1", flow::RunStatus::completed, "stop");
        CHECK(kinds(desk.watcher->frames) == std::vector<std::string>{
                                                 "res started",
                                                 "sessions.changed reason=send",
                                                 "session.message user",
                                                 "chat status preparing_workspace",
                                                 "agent run_status preparing_workspace",
                                                 "chat status preparing_context",
                                                 "agent run_status preparing_context",
                                                 "agent lifecycle start",
                                                 "chat status starting_model",
                                                 "agent run_status starting_model",
                                                 "sessions.changed reason=agent.run.started",
                                                 "sessions.changed phase=start",
                                                 "agent lifecycle model",
                                                 "agent assistant",
                                                 "chat delta",
                                                 "sessions.changed phase=model",
                                                 "agent assistant",
                                                 "agent usage",
                                                 "session.message assistant",
                                                 "agent lifecycle finishing",
                                                 "agent lifecycle model",
                                                 "agent lifecycle end",
                                                 "chat delta",
                                                 "chat final",
                                                 "sessions.changed reason=agent.input.settled",
                                                 "sessions.changed phase=model",
                                                 "sessions.changed phase=end",
                                             });
        const auto end = desk.last_of("sessions.changed phase=end");
        CHECK_FALSE(end.root()["payload"]["hasActiveRun"].boolean());
        CHECK(end.root()["payload"]["activeRunIds"].size() == 0);
        const auto over = desk.last_of("agent lifecycle end");
        CHECK(over.root()["payload"]["data"]["terminalReply"]["text"].text() == "Hello there");
    }

    TEST_CASE("deltas add up to the final, and the message is cumulative") {
        Watched desk;
        desk.send("r1");
        desk.runs.start("r1");
        for (const auto* part : {"Hello \"quoted\"", " wörld", "\n", "end"})
            desk.runs.speak("r1", part);
        desk.runs.end("r1", flow::RunStatus::completed, "stop");
        std::string sum;
        for (const auto& frame : desk.watcher->frames) {
            if (kind_of(frame) != "chat delta") continue;
            const auto document = test::parsed(frame);
            const auto payload = document.root()["payload"];
            sum += payload["deltaText"].text();
            CHECK(payload["message"]["content"].at(0)["text"].text().starts_with("Hello"));
        }
        CHECK(sum == desk.runs.find("r1")->text);
        const auto final = desk.last_of("chat final");
        CHECK(final.root()["payload"]["message"]["content"].at(0)["text"].text() == sum);
        CHECK(final.root()["payload"]["stopReason"].text() == "stop");
    }

    TEST_CASE("text within 75 ms is told once, and what is late is told when the time is over") {
        Watched desk;
        desk.send("r1");
        desk.runs.start("r1");
        const auto deltas = [&] {
            return std::ranges::count(kinds(desk.watcher->frames), "chat delta");
        };
        for (int i = 0; i < 50; ++i)
            desk.runs.speak("r1", "x");
        CHECK(deltas() == 1);
        REQUIRE(test::turn_until(desk.loop, [&] { return deltas() == 2; }));
        CHECK(desk.last_of("chat delta").root()["payload"]["deltaText"].text() ==
              std::string(49, 'x'));
    }

    TEST_CASE("the numbers of one connection have no gaps, and those of one run only grow") {
        Watched desk;
        FakePeer& blind = *desk.join({"operator.pairing"}); // sees no chat
        desk.send("r1");
        desk.runs.start("r1");
        desk.runs.speak("r1", "hi");
        desk.runs.end("r1", flow::RunStatus::completed, "stop");
        std::int64_t expected = 1, run = 0;
        for (const auto& frame : desk.watcher->frames) {
            const auto document = test::parsed(frame);
            if (document.root()["type"].text() != "event") continue;
            CHECK(document.root()["seq"].integer() == expected++);
            const auto sequence = document.root()["payload"]["seq"];
            if (!sequence) continue;
            CHECK(sequence.integer() >= run);
            run = sequence.integer();
        }
        CHECK(expected > 10);
        CHECK(blind.frames.empty());
    }

    TEST_CASE("an abort is told before it is answered") {
        Watched desk;
        desk.send("r1");
        desk.runs.start("r1");
        desk.runs.speak("r1", "part");
        desk.watcher->frames.clear();
        desk.ask(*desk.watcher, "chat.abort", R"({"sessionKey":"main"})");
        CHECK(kinds(desk.watcher->frames) ==
              std::vector<std::string>{"chat aborted", "agent lifecycle end",
                                       "sessions.changed reason=abort", "res"});
        CHECK(desk.watcher->last().contains(
            R"("payload":{"ok":true,"aborted":true,"runIds":["r1"]})"));
        const auto aborted = desk.last_of("chat aborted");
        CHECK(aborted.root()["payload"]["stopReason"].text() == "rpc");
        CHECK(aborted.root()["payload"]["message"]["content"].at(0)["text"].text() == "part");
        CHECK(desk.ask(*desk.watcher, "chat.abort", R"({"sessionKey":"main"})")
                  .contains(R"({"ok":true,"aborted":false,"runIds":[]})"));
    }

    TEST_CASE("a queued run that is dropped ends with a bare final") {
        Watched desk;
        desk.send("r1");
        desk.watcher->frames.clear();
        desk.ask(*desk.watcher, "chat.abort", R"({"sessionKey":"main","runId":"r1"})");
        const auto final = desk.last_of("chat final");
        CHECK_FALSE(final.root()["payload"]["message"]);
    }

    TEST_CASE("a failed run says why, and its key repeats the failure with its payload") {
        Watched desk;
        desk.send("r1");
        desk.runs.start("r1");
        desk.runs.runs.at("r1")->error = "the provider refuses the key";
        desk.runs.runs.at("r1")->error_kind = "auth";
        desk.runs.end("r1", flow::RunStatus::failed, "error");
        const auto error = desk.last_of("chat error");
        CHECK(error.root()["payload"]["errorMessage"].text() == "the provider refuses the key");
        CHECK(error.root()["payload"]["errorDetail"]["model"].text() == "fake-1");
        desk.send("r1");
        CHECK(
            desk.watcher->last() ==
            R"({"type":"res","id":"q","ok":false,"error":{"code":"UNAVAILABLE","message":"the provider refuses the key"},"payload":{"runId":"r1","status":"error","summary":"the provider refuses the key"}})");
    }

    TEST_CASE("chat.send: a key that runs, and one that has run") {
        Watched desk;
        desk.send("r1");
        CHECK(desk.watcher->frames[0].contains(R"("payload":{"runId":"r1","status":"started"})"));
        desk.send("r1");
        CHECK(desk.watcher->last().contains(R"("payload":{"runId":"r1","status":"in_flight"})"));
        desk.runs.start("r1");
        desk.runs.end("r1", flow::RunStatus::completed, "stop");
        desk.send("r1");
        CHECK(desk.watcher->last().contains(R"("payload":{"runId":"r1","status":"ok"})"));
        CHECK(desk.runs.begun.size() == 1);
    }

    TEST_CASE("agent answers twice on one id, the second time after the last event") {
        Watched desk;
        desk.ask(*desk.watcher, "agent", R"({"message":"hi","idempotencyKey":"a1"})");
        CHECK(desk.watcher->frames[0].contains(
            R"("payload":{"runId":"a1","sessionKey":"agent:main:main","agentId":"main","status":"accepted")"));
        desk.runs.start("a1");
        desk.runs.speak("a1", "answer");
        desk.runs.end("a1", flow::RunStatus::completed, "stop");
        const auto all = kinds(desk.watcher->frames);
        CHECK(all.back() == "res ok");
        CHECK(std::ranges::count(all, "chat status starting_model") ==
              0); // told for chat.send only
        const auto result = test::parsed(desk.watcher->last());
        CHECK(result.root()["id"].text() == "q");
        CHECK(result.root()["payload"]["result"]["payloads"].at(0)["text"].text() == "answer");
        CHECK(result.root()["payload"]["result"]["meta"]["agentMeta"]["model"].text() == "fake-1");
        desk.watcher->frames.clear();
        desk.ask(*desk.watcher, "agent", R"({"message":"hi","idempotencyKey":"a1"})");
        CHECK(kinds(desk.watcher->frames) ==
              std::vector<std::string>{"res ok"}); // a replay: the stored answer, once
    }

    TEST_CASE("agent.wait tells an ended run, and calls a timeout an answer") {
        Watched desk;
        CHECK(desk.ask("agent.wait", R"({"runId":"nobody","timeoutMs":300})")
                  .contains(R"("payload":{"runId":"nobody","status":"timeout"})"));
        CHECK(desk.runs.waits.back().second == Milliseconds(300));
        desk.send("r1");
        desk.runs.start("r1");
        desk.runs.speak("r1", "done");
        desk.runs.end("r1", flow::RunStatus::completed, "stop");
        const auto answer = test::parsed(desk.ask("agent.wait", R"({"runId":"r1"})"));
        CHECK(answer.root()["payload"]["status"].text() == "ok");
        CHECK(answer.root()["payload"]["terminalReply"]["text"].text() == "done");
    }

    TEST_CASE("a begin that is refused is an error, and nothing is told") {
        Watched desk;
        desk.runs.refusal =
            Error{.code = Code::busy, .sentence = "too many messages wait for this session"};
        desk.send("r1");
        REQUIRE(desk.watcher->frames.size() == 1);
        CHECK(desk.watcher->last().contains(
            R"("error":{"code":"UNAVAILABLE","message":"too many messages wait for this session","retryable":true})"));
    }

    TEST_CASE("agents that do not exist are named in each method's words") {
        Watched desk;
        CHECK(desk.ask("agent", R"({"message":"x","agentId":"nope","idempotencyKey":"k"})")
                  .contains(R"(invalid agent params: unknown agent id \"nope\")"));
        CHECK(desk.ask("chat.send",
                       R"({"sessionKey":"agent:nope:main","message":"x","idempotencyKey":"k"})")
                  .contains(R"(Agent \"nope\" no longer exists in configuration)"));
    }

    TEST_CASE("a reset by the agent method needs admin") {
        Watched desk;
        FakePeer& writer = *desk.join({"operator.write"});
        CHECK(desk.ask(writer, "agent", R"({"message":"/new","idempotencyKey":"k"})")
                  .contains("missing scope: operator.admin"));
        CHECK(desk.ask(writer, "agent", R"({"message":"/newish","idempotencyKey":"k"})")
                  .contains("accepted"));
    }

    TEST_CASE("a message that answers an older leaf than there is, is refused") {
        Watched desk;
        desk.conversations.say("user", "one");
        desk.conversations.say("assistant", "two");
        const auto with_leaf = [&](const std::string& leaf) {
            return desk.ask(
                "chat.send",
                R"({"sessionKey":"main","message":"x","idempotencyKey":"k","expectedLeafEntryId":)" +
                    leaf + "}");
        };
        CHECK(with_leaf("\"row-1\"").contains(R"("details":{"reason":"active-leaf-changed"})"));
        CHECK(with_leaf("null").contains("active-leaf-changed"));
        CHECK(desk.runs.begun.empty());
        with_leaf("\"row-2\"");
        CHECK(desk.runs.begun.size() == 1);
    }
}
