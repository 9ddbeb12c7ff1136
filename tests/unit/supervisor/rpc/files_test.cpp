// The workspace beside a conversation, and a probe of a provider.
#include "common/base/strings.h"
#include "supervisor/auth/digest.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <filesystem>
#include <fstream>

using namespace openclaw;
using namespace openclaw::test;

namespace {

struct Workspace : Desk {
    Workspace() {
        root = scratch.file("workspace");
        facts.workspace = root;
        std::filesystem::create_directories(root + "/docs/old");
        std::ofstream(root + "/AGENTS.md") << "# Hello\n";
        std::ofstream(root + "/docs/plan.md") << "plan";
        std::ofstream(root + "/docs/old/Plan-B.md") << "b";
        std::filesystem::create_symlink("/etc/passwd", root + "/link");
    }

    json::Document call(const std::string& method, const std::string& params) {
        return parsed(ask_and_wait(*owner, method, params));
    }

    std::string root;
};

std::string scratch_of(const Workspace& desk) {
    return std::filesystem::path(desk.root).parent_path();
}

std::string hash_of(std::string_view text) {
    return to_hex(auth::sha256(text));
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("the folder of a session is its agent's workspace; links are not shown") {
        Workspace desk;
        const auto answer = desk.call("sessions.files.list", R"({"sessionKey":"main"})");
        const auto entries = answer.root()["payload"]["browser"]["entries"];
        REQUIRE(entries.size() == 2);
        CHECK(entries.at(0)["name"].text() == "AGENTS.md");
        CHECK(entries.at(1)["kind"].text() == "directory");
        CHECK_FALSE(answer.root()["payload"]["gitCheckout"].boolean());
        const auto below =
            desk.call("sessions.files.list", R"({"sessionKey":"main","path":"docs"})");
        CHECK(below.root()["payload"]["browser"]["parentPath"].text().empty());
        CHECK(below.root()["payload"]["browser"]["entries"].size() == 2);
    }
    TEST_CASE("a search looks into the folders below, in either case") {
        Workspace desk;
        const auto found =
            desk.call("sessions.files.list", R"({"sessionKey":"main","search":"plan"})");
        const auto entries = found.root()["payload"]["browser"]["entries"];
        REQUIRE(entries.size() == 2);
        CHECK(entries.at(0)["path"].text() == "docs/old/Plan-B.md");
        CHECK(entries.at(1)["path"].text() == "docs/plan.md");
    }
    TEST_CASE("a file is replaced only by who has read what it holds") {
        Workspace desk;
        const auto read =
            desk.call("sessions.files.get", R"({"sessionKey":"main","path":"docs/plan.md"})");
        CHECK(read.root()["payload"]["file"]["content"].text() == "plan");
        CHECK(read.root()["payload"]["file"]["hash"].text() == hash_of("plan"));
        const auto write = [&](const std::string& hash) {
            return desk.call("sessions.files.set",
                             R"({"sessionKey":"main","path":"docs/plan.md","content":"better",)"
                             R"("expectedHash":")" +
                                 hash + "\"}");
        };
        CHECK(write(hash_of("plan")).root()["payload"]["file"]["content"].text() == "better");
        CHECK(write(hash_of("plan")).root()["error"]["message"].text().contains("has changed"));
        std::ifstream file(desk.root + "/docs/plan.md");
        CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "better");
    }
    TEST_CASE("nothing outside of the workspace is read, whatever way leads there") {
        Workspace desk;
        for (const auto* path : {"../ledger.sqlite", "/etc/passwd", "docs/../../x"})
            CHECK(desk.ask("sessions.files.get",
                           R"({"sessionKey":"main","path":")" + std::string(path) + "\"}")
                      .contains("leaves the workspace"));
        const auto link = desk.call("sessions.files.get", R"({"sessionKey":"main","path":"link"})");
        CHECK_FALSE(link.root()["ok"].boolean());
        const auto missing =
            desk.call("sessions.files.get", R"({"sessionKey":"main","path":"none.md"})");
        CHECK(missing.root()["payload"]["file"]["missing"].boolean());
    }
    TEST_CASE("the gateway's own files are not shown where a workspace contains them") {
        Workspace desk;
        desk.facts.state_directory = desk.root + "/.openclaw";
        desk.facts.config_path = desk.root + "/docs/openclaw.json";
        std::filesystem::create_directories(desk.facts.state_directory + "/credentials");
        std::ofstream(desk.facts.state_directory + "/credentials/x.json") << "secret";
        std::ofstream(desk.facts.config_path) << "secret";
        std::filesystem::create_hard_link(desk.facts.config_path, desk.root + "/also.json");
        for (const std::string path : {".openclaw/credentials/x.json", ".openclaw/none.json",
                                       "docs/openclaw.json", "also.json"})
            for (const auto& [method, of] :
                 {std::pair("sessions.files.get", R"({"sessionKey":"main")"),
                  std::pair("agents.workspace.get", R"({"agentId":"main")")}) {
                const auto answer = desk.call(method, of + (R"(,"path":")" + path + "\"}"));
                CHECK(answer.root()["error"]["message"].text().contains("gateway's own files"));
            }
        const auto listed =
            desk.call("sessions.files.list", R"({"sessionKey":"main","path":".openclaw"})");
        CHECK(listed.root()["error"]["message"].text().contains("gateway's own files"));
        CHECK(desk.call("sessions.files.get", R"({"sessionKey":"main","path":"docs/plan.md"})")
                  .root()["ok"]
                  .boolean());
        desk.facts.state_directory = desk.root;
        CHECK_FALSE(
            desk.call("agents.workspace.list", R"({"agentId":"main"})").root()["ok"].boolean());
    }
    TEST_CASE("a workspace below the state directory, as it is at first, is shown") {
        Workspace desk;
        desk.facts.state_directory = scratch_of(desk);
        CHECK(desk.call("agents.workspace.list", R"({"agentId":"main"})").root()["ok"].boolean());
    }
    TEST_CASE("a probe is one turn with a model of the provider, and leaves nothing behind") {
        Desk desk;
        desk.facts.providers = {{.id = "fake", .models = {{.id = "fake-2", .name = "Two"}}}};
        desk.ask("models.probe", R"({"provider":"fake"})");
        REQUIRE(desk.runs.begun.size() == 1);
        const auto& request = desk.runs.begun[0]->request;
        CHECK(request.model == "fake/fake-1"); // what is in use
        desk.conversations.add(request.session_key, 1);
        desk.runs.start(request.run_id);
        desk.runs.end(request.run_id, flow::RunStatus::completed, "stop");
        const auto answer = parsed(desk.owner->last());
        CHECK(answer.root()["payload"]["status"].text() == "ok");
        CHECK(answer.root()["payload"]["results"].at(0)["label"].text() == "fake-1");
        CHECK(desk.conversations.find(request.session_key) == nullptr);
    }
    TEST_CASE("a probe says why a provider does not answer, without asking where it knows") {
        Desk desk;
        desk.facts.providers = {{.id = "fake", .models = {}, .problem = "no key"},
                                {.id = "other", .models = {{.id = "m", .name = "M"}}},
                                {.id = "empty"}};
        const auto asked = [&](const std::string& provider) {
            return parsed(desk.ask("models.probe", R"({"provider":")" + provider + "\"}"));
        };
        CHECK(asked("fake").root()["payload"]["status"].text() == "auth");
        CHECK(asked("empty").root()["payload"]["status"].text() == "no_model");
        CHECK(asked("nobody").root()["error"]["message"].text().starts_with("unknown provider"));
        CHECK(desk.runs.begun.empty());
        asked("other");
        REQUIRE(desk.runs.begun.size() == 1);
        const std::string run = desk.runs.begun[0]->request.run_id;
        desk.runs.start(run);
        desk.runs.runs.at(run)->error_kind = "rate";
        desk.runs.runs.at(run)->error = "slow down";
        desk.runs.end(run, flow::RunStatus::failed, "error");
        const auto answer = parsed(desk.owner->last());
        CHECK(answer.root()["payload"]["status"].text() == "rate_limit");
        CHECK(answer.root()["payload"]["error"].text() == "slow down");
    }
    TEST_CASE("what waits for its turn is shown with the history") {
        Desk desk;
        desk.conversations.add("agent:main:main", 1);
        desk.ask("chat.send", R"({"sessionKey":"main","message":"first","idempotencyKey":"r1"})");
        desk.runs.start("r1");
        desk.ask("chat.send", R"({"sessionKey":"main","message":"later","idempotencyKey":"r2"})");
        const auto page = parsed(desk.ask("chat.history", R"({"sessionKey":"main"})"));
        const auto pending = page.root()["payload"]["pendingInputs"];
        CHECK(pending["total"].integer() == 1);
        CHECK(pending["items"].at(0)["runId"].text() == "r2");
        CHECK(pending["items"].at(0)["message"]["content"].text() == "later");
        CHECK(pending["items"].at(0)["state"].text() == "queued");
    }
    TEST_CASE("who watches a session with its approvals is shown those that wait") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        desk.ask("exec.approval.request",
                 R"({"id":"a1","command":"ls","sessionKey":"agent:main:main","twoPhase":true})");
        desk.ask("exec.approval.request",
                 R"({"id":"a2","command":"ls","sessionKey":"agent:main:x","twoPhase":true})");
        const std::string params = R"({"key":"main","includeApprovals":true})";
        const auto shown = parsed(desk.ask("sessions.messages.subscribe", params));
        const auto waiting = shown.root()["payload"]["approvalReplay"]["approvals"];
        REQUIRE(waiting.size() == 1);
        CHECK(waiting.at(0)["id"].text() == "a1");
        const auto reader = desk.join({"operator.read"});
        const auto hidden = parsed(desk.ask(*reader, "sessions.messages.subscribe", params));
        CHECK(hidden.root()["payload"]["approvalReplay"]["approvals"].size() == 0);
    }
    TEST_CASE("a title is the first line of the first message, cut") {
        Desk desk;
        const auto title = [&](const std::string& message) {
            return parsed(desk.ask("sessions.title.prepare",
                                   R"({"agentId":"main","message":")" + message + "\"}"));
        };
        CHECK(title("  Plan the trip\\nto Kyoto").root()["payload"]["title"].text() ==
              "Plan the trip");
        CHECK(title(std::string(100, 'x')).root()["payload"]["title"].text().size() == 60);
        CHECK(title("  ").root()["payload"]["title"].is_null());
    }
}
