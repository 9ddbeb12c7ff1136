// What people ask about channels, and do with messages that are there.
#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

using namespace openclaw;
using test::Desk;
using test::parsed;

namespace {

rpc::ChannelFacts account(const std::string& channel, const std::string& id,
                          bool is_default = true) {
    return {.channel = channel,
            .label = channel == "telegram" ? "Telegram" : "Echo",
            .account = id,
            .name = {},
            .is_default = is_default,
            .problem = {},
            .token_source = "config",
            .connection = "connected",
            .detail = {},
            .error_code = {},
            .identity = "@" + channel,
            .identity_id = "7"};
}

flow::ProbeReport healthy() {
    return {.identity = "@my_bot",
            .identity_id = "42",
            .display_name = "My bot",
            .facts = {{"webhook", "none"}},
            .links = {{"invite", "https://example.org/invite"}},
            .warnings = {"an intent is missing: switch it on"}};
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("channels.status asks every account that is on, at once, and waits for the last") {
        Desk desk;
        desk.channels = {account("telegram", "default"), account("telegram", "ops", false),
                         account("telegram", "off", false)};
        desk.channels[2].enabled = false;
        desk.ask("channels.status", R"({"probe":true,"timeoutMs":5000})");
        REQUIRE(desk.questions.probes.size() == 2);
        CHECK(desk.questions.probes[0].within == Milliseconds(4500));
        desk.questions.probes[1].done(fail(Code::timeout, "telegram:ops did not answer"));
        CHECK(desk.owner->frames.empty());
        desk.questions.probes[0].done(healthy());
        const auto answer = parsed(desk.owner->last());
        const auto accounts = answer.root()["payload"]["channelAccounts"]["telegram"];
        const auto probe = accounts.at(0)["probe"];
        CHECK(probe["ok"].boolean());
        CHECK(probe["elapsedMs"].is_integer());
        CHECK(probe["bot"].dump() == R"({"username":"my_bot","id":"42","name":"My bot"})");
        CHECK(probe["links"].at(0)["url"].text() == "https://example.org/invite");
        CHECK(probe["facts"]["webhook"].text() == "none");
        CHECK(accounts.at(0)["lastProbeAt"].integer() == probe["checkedAt"].integer());
        CHECK_FALSE(accounts.at(1)["probe"]["ok"].boolean());
        CHECK(accounts.at(1)["probe"]["error"].text() == "telegram:ops did not answer");
        CHECK_FALSE(accounts.at(2)["probe"]);
        const auto issues = answer.root()["payload"]["statusIssues"].dump();
        CHECK(issues.contains(R"("kind":"permissions","message":"Telegram default: an intent)"));
        CHECK(issues.contains(R"("kind":"probe","message":"Telegram ops: telegram:ops did not)"));
    }
    TEST_CASE("without an account to ask, a probe answers at once") {
        Desk desk;
        CHECK(desk.ask("channels.status", R"({"probe":true})").contains(R"("channelOrder":[])"));
        CHECK(desk.questions.probes.empty());
    }
    TEST_CASE("a probe takes no longer than its caller, and never more than ten seconds") {
        Desk desk;
        desk.channels = {account("echo", "default")};
        for (const auto* params : {R"({"probe":true})", R"({"probe":true,"timeoutMs":59000})",
                                   R"({"probe":true,"timeoutMs":1})"})
            desk.ask("channels.status", params);
        CHECK(desk.questions.probes[0].within == std::chrono::seconds(10));
        CHECK(desk.questions.probes[1].within == std::chrono::seconds(10));
        CHECK(desk.questions.probes[2].within == Milliseconds(500));
    }
    TEST_CASE("capabilities are the channel's row, and what its platform says when it is asked") {
        Desk desk;
        desk.channels = {account("telegram", "default")};
        const auto quiet = parsed(desk.ask("channels.capabilities"));
        const auto row = quiet.root()["payload"]["accounts"].at(0);
        CHECK(row["support"]["chatTypes"].dump() == R"(["direct","group","channel","thread"])");
        CHECK(row["support"]["reactions"].boolean());
        CHECK_FALSE(row["support"]["media"].boolean(true));
        CHECK(row["actions"].at(0).text() == "send");
        CHECK(row["actions"].dump().contains("\"pin\""));
        CHECK_FALSE(row["directory"]["peers"].boolean(true));
        CHECK_FALSE(row["probe"]);
        desk.ask("channels.capabilities", R"({"probe":true,"target":"-100","timeoutMs":3000})");
        REQUIRE(desk.questions.probes.size() == 1);
        CHECK(desk.questions.probes[0].target == "-100");
        desk.questions.probes[0].done(healthy());
        CHECK(desk.owner->last().contains(R"("warnings":["an intent is missing)"));
        CHECK(desk.ask("channels.capabilities", R"({"channel":"signal"})")
                  .contains("channel signal has no such account"));
    }
    TEST_CASE("a directory is asked of the account that is meant") {
        Desk desk;
        desk.channels = {account("telegram", "default"), account("telegram", "ops", false)};
        desk.ask("channels.directory",
                 R"({"kind":"groups","accountId":"ops","query":"team","limit":3})");
        REQUIRE(desk.questions.lookups.size() == 1);
        auto& asked = desk.questions.lookups[0];
        CHECK(asked.account.channel == "telegram");
        CHECK(asked.account.account == "ops");
        CHECK(asked.question.kind == flow::DirectoryQuestion::Kind::groups);
        CHECK(asked.question.query == "team");
        CHECK(asked.question.limit == 3);
        flow::DirectoryReport report{.has_more = true, .is_live = true, .note = "only some"};
        report.rows.push_back(
            {.id = "-1", .name = "Team", .kind = "group", .parent_name = "Company"});
        asked.done(std::move(report));
        const auto payload = parsed(desk.owner->last());
        CHECK(
            payload.root()["payload"].dump() ==
            R"({"channel":"telegram","accountId":"ops","kind":"groups","live":true,"entries":[{"id":"-1","kind":"group","name":"Team","parentName":"Company"}],"more":true,"note":"only some"})");
    }
    TEST_CASE("the bot itself is known without asking, once it has met its platform") {
        Desk desk;
        desk.channels = {account("telegram", "default")};
        CHECK(desk.ask("channels.directory", R"({"kind":"self"})")
                  .contains(R"("entries":[{"id":"7","kind":"bot","handle":"telegram"}])"));
        desk.channels[0].identity.clear();
        desk.channels[0].identity_id.clear();
        CHECK(desk.ask("channels.directory", R"({"kind":"self"})")
                  .contains("has not met its platform yet"));
        CHECK(desk.ask("channels.directory", R"({"kind":"members"})").contains("groupId"));
        desk.channels.push_back(account("echo", "default"));
        CHECK(desk.ask("channels.directory", R"({"kind":"peers"})").contains("needs a channel"));
    }
    TEST_CASE("an action carries what its caller said, under the names clients use") {
        Desk desk;
        desk.channels = {account("telegram", "default")};
        desk.ask(
            "message.action",
            R"({"channel":"telegram","action":"react","params":{"target":"5","messageId":12,"emoji":"👍","extra":1},"idempotencyKey":"k1"})");
        REQUIRE(desk.questions.actions.size() == 1);
        auto& asked = desk.questions.actions[0];
        CHECK(asked.order.name == "react");
        CHECK(asked.order.to == "5");
        CHECK(asked.order.message_id == "12");
        CHECK(asked.order.emoji == "👍");
        CHECK(asked.order.key == "k1");
        CHECK(asked.order.arguments_json.contains("\"extra\":1"));
        asked.done(flow::ActionReport{.message_id = "12", .result_json = R"({"seen":true})"});
        CHECK(
            parsed(desk.owner->last()).root()["payload"].dump() ==
            R"({"ok":true,"action":"react","channel":"telegram","accountId":"default","runId":"k1","messageId":"12","result":{"seen":true}})");
    }
    TEST_CASE("an action whose key comes again is not done twice") {
        Desk desk;
        desk.channels = {account("telegram", "default")};
        const auto* params =
            R"({"channel":"telegram","action":"pin","params":{"to":"5","messageId":"1"},"idempotencyKey":"k"})";
        desk.ask("message.action", params);
        desk.questions.actions.at(0).done(flow::ActionReport{});
        desk.ask("message.action", params);
        CHECK(desk.questions.actions.size() == 1);
        CHECK(desk.owner->frames.size() == 2);
    }
    TEST_CASE("a refused action is told in the wire's words, with when it may come again") {
        Desk desk;
        desk.channels = {account("telegram", "default")};
        desk.ask(
            "message.action",
            R"({"channel":"telegram","action":"edit","params":{"to":"5","messageId":"1","message":"x"},"idempotencyKey":"k"})");
        Error error{.code = Code::busy, .sentence = "Telegram: too many requests"};
        error.retry_after = std::chrono::seconds(3);
        desk.questions.actions.at(0).done(Failure(error));
        CHECK(desk.owner->last().contains(R"("code":"UNAVAILABLE","message":"Telegram: too many)"));
        CHECK(desk.owner->last().contains(R"("retryAfterMs":3000)"));
        CHECK(desk.ask("message.action",
                       R"({"channel":"signal","action":"edit","params":{},"idempotencyKey":"k2"})")
                  .contains(R"(channel \"signal\" has no such account)"));
    }
    TEST_CASE("a poll is an action of the only channel") {
        Desk desk;
        desk.channels = {account("telegram", "default")};
        desk.ask("poll",
                 R"({"to":"5","question":"Tea?","options":["yes","no"],"idempotencyKey":"k"})");
        REQUIRE(desk.questions.actions.size() == 1);
        CHECK(desk.questions.actions[0].order.name == "poll");
        CHECK(desk.questions.actions[0].order.text == "Tea?");
        CHECK(desk.questions.actions[0].order.arguments_json.contains(R"(["yes","no"])"));
        CHECK(desk.ask("poll", R"({"to":"5","question":"Tea?","idempotencyKey":"k"})")
                  .contains("must have required property 'options'"));
    }
}
