// What was decided about commands for good: allowlists, grants, the file, the history.
#include "tests/unit/supervisor/rpc/fakes.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

json::Document ask(Desk& desk, const std::string& method, const std::string& params = "") {
    return parsed(desk.ask(method, params));
}

constexpr const char* plain = R"({"id":"a1","command":"ls -l","host":"gateway","twoPhase":true})";
constexpr const char* again = R"({"id":"a2","command":"ls -l","host":"gateway","twoPhase":true})";

void always(Desk& desk, const std::string& request, const std::string& more = "") {
    ask(desk, "exec.approval.request", request);
    const auto done =
        ask(desk, "exec.approval.resolve", R"({"id":"a1","decision":"allow-always")" + more + "}");
    REQUIRE(done.root()["ok"].boolean());
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE(
        "a command that was allowed for good is not asked about again, also after a restart") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        always(desk, plain);
        const auto frames = reviewer->frames.size();
        CHECK(ask(desk, "exec.approval.request", again).root()["payload"]["decision"].text() ==
              "allow-always");
        CHECK(reviewer->frames.size() == frames); // nobody was bothered
        rpc::Approvals later(desk.loop, desk.events, desk.notes);
        CHECK(later.rules().judge({.agent_id = "main", .command = "ls -l", .host = "gateway"}) ==
              rpc::ExecRules::Verdict::allow);
    }
    TEST_CASE("word by word: another command, another agent or another machine is asked about") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        always(desk, plain);
        auto& rules = desk.approvals.rules();
        using Verdict = rpc::ExecRules::Verdict;
        CHECK(rules.judge({.agent_id = "main", .command = "ls -l; rm -r /", .host = "gateway"}) ==
              Verdict::ask);
        CHECK(rules.judge({.agent_id = "other", .command = "ls -l", .host = "gateway"}) ==
              Verdict::ask);
        CHECK(rules.judge({.agent_id = "main", .command = "ls -l", .host = "node"}) ==
              Verdict::ask);
    }
    TEST_CASE("what is allowed to an automation is a grant: it ends, and can be taken back") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        const std::string session = R"("agentId":"main","sessionKey":"agent:main:cron:j1:run:x")";
        always(desk, R"({"id":"a1","command":"backup","twoPhase":true,)" + session + "}",
               R"(,"grantExpiresInDays":2)");
        CHECK(ask(desk, "exec.approvals.get").root()["payload"]["file"]["agents"].size() == 0);
        auto grants = ask(desk, "exec.approval.grants.list");
        const auto grant = grants.root()["payload"]["grants"].at(0);
        CHECK(grant["cronJobId"].text() == "j1");
        CHECK(grant["mintedByApprovalId"].text() == "a1");
        CHECK(grant["expiresAtMs"].integer() - grant["createdAtMs"].integer() == 2 * 86'400'000);
        auto& rules = desk.approvals.rules();
        const rpc::ExecQuestion question{.agent_id = "main",
                                         .session_key = "agent:main:cron:j1:run:y",
                                         .command = "backup",
                                         .host = "gateway"};
        CHECK(rules.judge(question) == rpc::ExecRules::Verdict::allow);
        auto elsewhere = question;
        elsewhere.session_key = "agent:main:cron:j2:run:y";
        CHECK(rules.judge(elsewhere) == rpc::ExecRules::Verdict::ask);
        const std::string id(grant["grantId"].text());
        const auto revoke = [&] {
            return std::string(
                ask(desk, "exec.approval.grants.revoke", R"({"grantId":")" + id + "\"}")
                    .root()["payload"]["outcome"]
                    .text());
        };
        CHECK(revoke() == "revoked");
        CHECK(revoke() == "already-revoked");
        CHECK(rules.judge(question) == rpc::ExecRules::Verdict::ask);
        CHECK(ask(desk, "exec.approval.grants.revoke", R"({"grantId":"nobody"})")
                  .root()["payload"]["outcome"]
                  .text() == "not-found");
    }
    TEST_CASE("the owner's file is read, guarded by its hash, and obeyed") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        const auto before = ask(desk, "exec.approvals.get");
        CHECK_FALSE(before.root()["payload"]["exists"].boolean());
        CHECK(before.root()["payload"]["resolvedDefaults"]["askFallback"].text() == "deny");
        const std::string hash(before.root()["payload"]["hash"].text());
        const std::string file =
            R"({"file":{"version":1,"agents":{"main":{"security":"deny"}}},"baseHash":")" + hash +
            "\"}";
        CHECK(ask(desk, "exec.approvals.set", file).root()["payload"]["exists"].boolean());
        const auto refused = ask(desk, "exec.approvals.set", file); // the hash is another one now
        CHECK(refused.root()["error"]["message"].text().starts_with("exec approvals changed"));
        CHECK(ask(desk, "exec.approval.request",
                  R"({"command":"ls","agentId":"main","twoPhase":true})")
                  .root()["payload"]["decision"]
                  .text() == "deny");
    }
    TEST_CASE("rules this build cannot act on are refused by name") {
        Desk desk;
        const auto refusal = [&](const std::string& file) {
            return std::string(ask(desk, "exec.approvals.set", R"({"file":)" + file + "}")
                                   .root()["error"]["message"]
                                   .text());
        };
        CHECK(refusal(R"({"version":2})").contains("version must be 1"));
        CHECK(refusal(R"({"version":1,"defaults":{"ask":"maybe"}})").contains("ask cannot be"));
        CHECK(refusal(R"({"version":1,"socket":{"token":"t"}})").contains("socket.token"));
        CHECK(
            refusal(
                R"({"version":1,"agents":{"m":{"allowlist":[{"pattern":"*","argPattern":"("}]}}})")
                .contains("argPattern"));
        CHECK(refusal(R"({"version":1,"agents":{"m":{"mcpTools":[{"server":"s"}]}}})")
                  .contains("mcpTools"));
    }
    TEST_CASE("when nobody is there to be asked the owner's fallback decides") {
        Desk desk;
        ask(desk, "exec.approvals.set",
            R"({"file":{"version":1,"defaults":{"askFallback":"full"}}})");
        CHECK(ask(desk, "exec.approval.request", R"({"command":"ls"})")
                  .root()["payload"]["decision"]
                  .text() == "allow-once");
    }
    TEST_CASE("who asked in two phases hears the decision as a second answer, without a reason") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        desk.ask("exec.approval.request", plain);
        desk.ask(*reviewer, "exec.approval.resolve", R"({"id":"a1","decision":"deny"})");
        const auto second = parsed(desk.owner->last());
        CHECK(second.root()["payload"]["decision"].text() == "deny");
        CHECK_FALSE(second.root()["payload"]["terminalReason"]);
    }
    TEST_CASE("a decision under the common names says whether it counted, and stays to be seen") {
        Desk desk;
        auto reviewer = desk.join({"operator.approvals"});
        desk.ask("exec.approval.request", plain);
        auto pending = ask(desk, "approval.get", R"({"id":"a1"})");
        CHECK(pending.root()["payload"]["approval"]["status"].text() == "pending");
        const std::string yes = R"({"id":"a1","kind":"exec","decision":"allow-once"})";
        CHECK(parsed(desk.ask(*reviewer, "approval.resolve", yes))
                  .root()["payload"]["applied"]
                  .boolean());
        CHECK_FALSE(parsed(desk.ask(*reviewer, "approval.resolve", yes))
                        .root()["payload"]["applied"]
                        .boolean());
        const auto history = ask(desk, "approval.history", R"({"limit":1})");
        const auto item = history.root()["payload"]["items"].at(0);
        CHECK(item["status"].text() == "allowed");
        CHECK(item["presentation"]["commandText"].text() == "ls -l");
        CHECK(ask(desk, "approval.history", R"({"kind":"plugin"})")
                  .root()["payload"]["items"]
                  .size() == 0);
        rpc::Approvals later(desk.loop, desk.events, desk.notes);
        CHECK(desk.notes.books["(exec-history)"].size() == 1);
    }
    TEST_CASE("the history is read in pages, newest first") {
        Desk desk;
        for (const auto* id : {"a", "b", "c"})
            ask(desk, "exec.approval.request",
                R"({"command":"ls","id":")" + std::string(id) + "\"}"); // nobody is there
        const auto first = ask(desk, "approval.history", R"({"limit":2})");
        CHECK(first.root()["payload"]["items"].at(0)["id"].text() == "c");
        CHECK(first.root()["payload"]["items"].at(1)["id"].text() == "b");
        const std::string cursor(first.root()["payload"]["nextCursor"].text());
        const auto second = ask(desk, "approval.history", R"({"cursor":")" + cursor + "\"}");
        REQUIRE(second.root()["payload"]["items"].size() == 1);
        CHECK(second.root()["payload"]["items"].at(0)["reason"].text() == "no-route");
        CHECK_FALSE(second.root()["payload"]["nextCursor"]);
    }
}
