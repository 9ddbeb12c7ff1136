// Whole commands against a scripted gateway: what they ask, what they print, how they end.
#include "tests/unit/cli/command/fake_gateway.h"
#include "tests/unit/cli/view/canned.h"

#include <signal.h>

using namespace openclaw;
using namespace openclaw::cli;
using namespace openclaw::cli::testing;

namespace {

bool is_one_document(const std::string& text) {
    return json::Document::parse(text).has_value();
}

} // namespace

TEST_SUITE("cli/command") {
    TEST_CASE("with --json every command prints exactly one document") {
        FakeGateway gateway(
            {{"workers.list", {ok(canned::workers)}},
             {"workers.get", {ok(R"({"id":"agent","state":"ready"})")}},
             {"workers.restart", {ok(R"({"ok":true})")}},
             {"channels.status", {ok(canned::channels)}},
             {"sessions.list", {ok(canned::sessions)}},
             {"health", {ok(canned::health)}},
             {"status", {ok(R"({"runtimeVersion":"0.1.0"})")}},
             {"messages.explain", {ok(R"({"id":"x","steps":[]})")}},
             {"pairing.list", {ok(R"({"requests":[]})")}},
             {"send", {ok(R"({"channel":"telegram","messageId":"7"})")}},
             {"agent", {ok(R"({"status":"ok","result":{"payloads":[{"text":"hi"}]}})")}}});
        const std::vector<std::vector<std::string>> commands{
            {"workers"},
            {"workers", "list"},
            {"workers", "show", "agent"},
            {"workers", "restart", "agent"},
            {"channels", "status"},
            {"sessions"},
            {"health"},
            {"status"},
            {"gateway", "status"},
            {"gateway", "health"},
            {"gateway", "call", "health"},
            {"explain", "x"},
            {"pairing", "list"},
            {"message", "send", "-t", "1", "-m", "x"},
            {"agent", "-m", "hello"}};
        for (auto command : commands) {
            command.emplace_back("--json");
            const auto printed = gateway.run(command);
            CAPTURE(command);
            CHECK(printed.exit_code == 0);
            CHECK(is_one_document(printed.out));
            CHECK(printed.err.empty());
        }
    }
    TEST_CASE("a refusal is the envelope with --json and a sentence without") {
        FakeGateway gateway(
            {{"sessions.list", {refused("UNAVAILABLE", "the gateway is draining")}}});
        const auto told = gateway.run({"sessions"});
        CHECK(told.exit_code == 1);
        CHECK(told.out.empty());
        CHECK(told.err == "the gateway is draining\n");
        const auto printed = gateway.run({"sessions", "--json"});
        CHECK(printed.exit_code == 1);
        const auto document = json::Document::parse(printed.out).value();
        CHECK(document.root()["error"]["type"].text() == "gateway_request_error");
        CHECK(document.root()["error"]["code"].text() == "UNAVAILABLE");
    }
    TEST_CASE("gateway call passes parameters on and names an unknown method") {
        FakeGateway gateway({{"echo", {ok(R"({"said":[1,2]})")}}});
        CHECK(gateway.run({"gateway", "call", "echo", "--params", R"({"a":1})"}).out ==
              "Gateway call: echo\n{\n  \"said\": [\n    1,\n    2\n  ]\n}\n");
        CHECK(gateway.params("echo") == R"({"a":1})");
        CHECK(gateway.run({"gateway", "call", "nope"}).err ==
              "Gateway call failed: unknown method: nope\n");
        CHECK(gateway.run({"gateway", "call", "echo", "--params", "[1]"})
                  .err.starts_with("--params must be a JSON object"));
    }
    TEST_CASE("a call that is only accepted can be waited for") {
        FakeGateway gateway(
            {{"agent", {ok(R"({"status":"accepted"})"), ok(R"({"status":"ok"})")}}});
        CHECK(gateway.run({"gateway", "call", "agent", "--json"}).out.find("accepted") !=
              std::string::npos);
        CHECK(gateway.run({"gateway", "call", "agent", "--json", "--expect-final"})
                  .out.find("\"ok\"") != std::string::npos);
    }
    TEST_CASE("agent prints the answer when it is whole, and asks as the original does") {
        FakeGateway gateway(
            {{"agent",
              {ok(R"({"runId":"$RUN","status":"accepted","sessionKey":"agent:main:main"})"),
               R"({"type":"event","event":"chat","payload":{"runId":"$RUN","state":"delta","message":{"content":[{"type":"text","text":"Hel"}]}}})",
               ok(R"({"runId":"$RUN","status":"ok","result":{"payloads":[{"text":"Hello there"}]}})")}}});
        const auto printed = gateway.run({"agent", "-m", "hi", "--timeout", "20"});
        CHECK(printed.exit_code == 0);
        CHECK(printed.out == "Hello there\n");
        const auto params = json::Document::parse(gateway.params("agent")).value();
        CHECK(params.root()["message"].text() == "hi");
        CHECK(params.root()["agentId"].text() == "main");
        CHECK(params.root()["timeout"].integer() == 20);
        CHECK(params.root()["idempotencyKey"].text().size() == 36);
        CHECK_FALSE(params.root()["sessionKey"]);
        gateway.run({"agent", "-m", "hi", "--session-key", "agent:ops:main"});
        CHECK(gateway.params("agent").find("agentId") == std::string::npos);
    }
    TEST_CASE("a failed run ends with 1 and keeps its id") {
        FakeGateway gateway({{"agent", {refused("UNAVAILABLE", "the model did not answer")}}});
        const auto told = gateway.run({"agent", "-m", "hi"});
        CHECK(told.exit_code == 1);
        CHECK(told.err.starts_with("the model did not answer\nIts story: openclaw explain "));
        const auto document =
            json::Document::parse(gateway.run({"agent", "-m", "hi", "--json"}).out).value();
        CHECK(document.root()["runId"].text().size() == 36);
        CHECK(document.root()["origin"].text() == "gateway");
        CHECK(gateway.run({"agent"}).err.starts_with("say something"));
    }
    TEST_CASE("message send waits for the platform and says which message it became") {
        FakeGateway gateway(
            {{"send", {ok(R"({"channel":"telegram","chatId":"42","messageId":"1001"})")}}});
        const auto printed =
            gateway.run({"message", "send", "--channel", "telegram", "-t", "42", "-m", "— done —"});
        CHECK(printed.out == "Sent via telegram to 42. Message ID: 1001\n");
        const auto params = json::Document::parse(gateway.params("send")).value();
        CHECK(params.root()["to"].text() == "42");
        CHECK(params.root()["message"].text() == "— done —");
        CHECK_FALSE(params.root()["accountId"]);
        CHECK(gateway.run({"message", "send", "-t", "42"}).exit_code == 1);
        CHECK(gateway
                  .run({"message", "send", "-t", "42", "-m", "x", "--dry-run", "--channel",
                        "telegram"})
                  .out == "[dry-run] would run send via telegram\n");
    }
    TEST_CASE("message send with several files sends several messages, and prints one document") {
        FakeGateway gateway({{"send", {ok(R"({"channel":"discord","messageId":"7"})")}},
                             {"send #1", {ok(R"({"channel":"discord","messageId":"6"})")}}});
        const auto printed =
            gateway.run({"message", "send", "-t", "1", "-m", "x", "--media", "https://a.example/1",
                         "--media", "https://a.example/2", "--json"});
        const auto document = json::Document::parse(printed.out).value();
        CHECK(document.root().at(0)["messageId"].text() == "6");
        CHECK(document.root().at(1)["messageId"].text() == "7");
        CHECK_FALSE(document.root().at(2));
        const auto last = json::Document::parse(gateway.params("send")).value();
        CHECK_FALSE(last.root()["message"]); // the text goes with the first
        CHECK(last.root()["mediaUrl"].text() == "https://a.example/2");
    }
    TEST_CASE("message send says how many of several messages were sent when one is refused") {
        FakeGateway gateway({{"send", {ok(R"({"channel":"discord","messageId":"7"})")}},
                             {"send #2", {refused("UNAVAILABLE", "the channel is away")}},
                             {"send #3", {refused("UNAVAILABLE", "the channel is away")}}});
        const std::vector<std::string> command{"message", "send",
                                               "-t",      "1",
                                               "-m",      "x",
                                               "--media", "https://a.example/1",
                                               "--media", "https://a.example/2"};
        const auto printed = gateway.run(command);
        CHECK(printed.exit_code == 1);
        CHECK(printed.out == "Sent via discord to 1. Message ID: 7\n");
        CHECK(printed.err ==
              "the channel is away\nSent before that: 1 of 2 messages. Repeat the command for the "
              "other files only.\n");
        const auto first = gateway.run(command); // nothing had been sent
        CHECK(first.err == "the channel is away\n");
    }
    TEST_CASE("pairing approve finds the request behind a code") {
        FakeGateway gateway(
            {{"pairing.list",
              {ok(R"({"requests":[{"requestId":"r1","code":"ABCD2345","channel":"telegram","accountId":"ops","senderId":"42"}]})")}},
             {"channels.pairing.approve", {ok(R"({"requestId":"r1","senderId":"42"})")}}});
        CHECK(gateway.run({"pairing", "approve", "telegram", "abcd2345"}).out ==
              "Approved 42. They can write now; no restart is needed.\n");
        CHECK(gateway.params("pairing.list") == R"({"channel":"telegram"})");
        CHECK(gateway.params("channels.pairing.approve") ==
              R"({"channel":"telegram","accountId":"ops","requestId":"r1"})");
        CHECK(gateway.run({"pairing", "approve", "ABCD2345"}).exit_code == 0);
        const auto unknown = gateway.run({"pairing", "approve", "ZZZZ9999"});
        CHECK(unknown.exit_code == 1);
        CHECK(unknown.err.starts_with("No pending pairing request found for code \"ZZZZ9999\"."));
    }
    TEST_CASE("devices are listed, and nobody is let in without being named") {
        const char* waiting =
            R"({"pending":[{"requestId":"r1","deviceId":"56475aa75463474c","displayName":"laptop","platform":"linux","roles":["operator"],"scopes":["operator.read"],"ts":1}],"paired":[]})";
        FakeGateway gateway(
            {{"device.pair.list", {ok(waiting)}},
             {"device.pair.approve", {ok(R"({"requestId":"r1","device":{"deviceId":"5647"}})")}},
             {"device.pair.reject", {ok(R"({"requestId":"r1","deviceId":"5647"})")}}});
        CHECK(gateway.run({"devices", "list"})
                  .out.contains("Let one in: openclaw devices approve REQUEST"));
        for (const auto& arguments : {std::vector<std::string>{"devices", "approve"},
                                      std::vector<std::string>{"devices", "approve", "--latest"}}) {
            const auto shown = gateway.run(arguments);
            CHECK(shown.exit_code == 1);
            CHECK(shown.out.contains("To let it in: openclaw devices approve r1"));
        }
        const auto approved = gateway.run({"devices", "approve", "r1"});
        CHECK(approved.out == "Approved device 5647.\n");
        CHECK(gateway.params("device.pair.approve") == R"({"requestId":"r1"})");
        CHECK(gateway.run({"devices", "reject", "r1"}).out == "Rejected request r1.\n");
    }
    TEST_CASE("what devices cannot do is said in one sentence") {
        FakeGateway gateway({{"device.pair.list", {ok(R"({"pending":[],"paired":[]})")}},
                             {"device.token.rotate",
                              {refused("INVALID_REQUEST", "device token rotation denied")}}});
        CHECK(gateway.run({"devices", "list"}).out == "No device pairing entries.\n");
        const auto nobody = gateway.run({"devices", "approve"});
        CHECK(nobody.exit_code == 1);
        CHECK(nobody.err.starts_with("No pending device pairing requests to approve"));
        const auto denied =
            gateway.run({"devices", "rotate", "--device", "x", "--scope", "operator.read"});
        CHECK(denied.exit_code == 1);
        CHECK(denied.err.contains("device token rotation denied"));
        CHECK(gateway.params("device.token.rotate") ==
              R"({"deviceId":"x","role":"operator","scopes":["operator.read"]})");
        CHECK(gateway.run({"devices", "revoke"}).err.contains("--device"));
        CHECK(gateway.run({"devices", "clear"}).err.contains("--yes"));
    }
    TEST_CASE("logs are shown as lines, one worker's on their own, and as typed JSON lines") {
        FakeGateway gateway(
            {{"logs.tail",
              {ok(R"({"file":"/tmp/x.log","cursor":9,"size":9,"truncated":false,"reset":false,"lines":[
                "{\"time\":\"T1\",\"level\":\"info\",\"event\":\"worker.ready\",\"fields\":{\"worker\":\"agent\"},\"message\":\"worker.ready worker=agent\"}",
                "{\"time\":\"T2\",\"level\":\"warn\",\"event\":\"poll.failed\",\"fields\":{},\"message\":\"poll.failed\"}"]})")}}});
        CHECK(gateway.run({"logs", "--limit", "5"}).out ==
              "Log file: /tmp/x.log\n"
              "T1 info worker worker.ready worker=agent\n"
              "T2 warn poll poll.failed\n");
        CHECK(gateway.params("logs.tail") == R"({"limit":5,"maxBytes":250000})");
        CHECK(gateway.run({"workers", "logs", "agent"}).out ==
              "T1 info worker worker.ready worker=agent\n");
        const auto lines = gateway.run({"logs", "--json"}).out;
        CHECK(lines.starts_with(
            R"({"type":"meta","file":"/tmp/x.log","sourceKind":"file","cursor":9,"size":9})"
            "\n"
            R"({"type":"log","time":"T1","level":"info","subsystem":"worker",)"));
    }
    TEST_CASE("workers --check fails when one is not ready, or ready and not well") {
        FakeGateway gateway({{"workers.list", {ok(canned::workers)}}});
        CHECK(gateway.run({"workers", "--check"}).exit_code == 1);
        CHECK(gateway.run({"workers"}).exit_code == 0);
        FakeGateway silent(
            {{"workers.list", {ok(R"({"workers":[{"id":"telegram:a","state":"ready","pid":7,
                                     "health":{"level":"down","reason":"silent"}}]})")}}});
        CHECK(silent.run({"workers", "--check"}).exit_code == 1);
        FakeGateway well({{"workers.list", {ok(canned::healthy_workers)}}});
        CHECK(well.run({"workers", "--check"}).exit_code == 0);
    }
    TEST_CASE("status is never a failure, whatever the gateway says") {
        FakeGateway gateway({});
        const auto printed = gateway.run({"status"});
        CHECK(printed.exit_code == 0);
        CHECK(printed.out.find("workers.list was not answered: unknown method: workers.list") !=
              std::string::npos);
    }
    TEST_CASE("usage errors name the help, or are an envelope") {
        FakeGateway gateway({});
        CHECK(gateway.run({"wrkers"}).err ==
              "OpenClaw does not know the command \"wrkers\".\nTry: openclaw --help\n");
        CHECK(is_one_document(gateway.run({"wrkers", "--json"}).out));
        CHECK(gateway.run({"help", "workers", "show"})
                  .out.starts_with("Usage: openclaw workers show <id> [options]\n"));
    }
}
