// Accounts added and removed, people looked up, messages touched: what is asked, written and
// printed.
#include "common/json/write.h"
#include "tests/unit/cli/command/fake_gateway.h"

using namespace openclaw;
using namespace openclaw::cli;
using namespace openclaw::cli::testing;

namespace {

constexpr auto works =
    R"({"channelOrder":["telegram"],"channelLabels":{"telegram":"Telegram"},"channelAccounts":{"telegram":[
      {"accountId":"default","enabled":true,"lifecycle":"ready","probe":{"ok":true,"elapsedMs":85,
       "bot":{"username":"my_bot"},"links":[{"name":"invite","url":"https://t.me/my_bot"}],
       "warnings":["privacy is on"]}},
      {"accountId":"ops","enabled":true,"lifecycle":"failed","lastError":"the bot token is not valid",
       "probe":{"ok":false,"error":"telegram:ops cannot be asked now"}}]}})";

std::string config_with(const std::string& channels) {
    return ok(R"({"hash":"h1","config":{"channels":)" + channels + "}}");
}

json::Document parsed(const std::string& text) {
    auto document = json::Document::parse(text);
    REQUIRE_MESSAGE(document, text);
    return std::move(*document);
}

// The patch that config.patch was asked for.
std::string patch_of(const FakeGateway& gateway) {
    return std::string(parsed(gateway.params("config.patch")).root()["raw"].text());
}

} // namespace

TEST_SUITE("cli/command") {
    TEST_CASE("channels add writes the token through the gateway and says whether it works") {
        FakeGateway gateway({{"config.get", {config_with("{}")}},
                             {"config.patch", {ok(R"({"ok":true})")}},
                             {"channels.status", {ok(works)}}});
        const auto printed = gateway.run({"channels", "add", "telegram", "--token", "1:AAF"});
        CHECK(printed.exit_code == 0);
        CHECK(printed.out == "Added Telegram account \"default\".\n"
                             "It works: @my_bot, answered in 85ms.\n"
                             "Invite: https://t.me/my_bot\n"
                             "! privacy is on\n");
        CHECK(patch_of(gateway) ==
              R"({"channels":{"telegram":{"enabled":true,"botToken":"1:AAF","tokenFile":null}}})");
        CHECK(gateway.params("channels.status") ==
              R"({"channel":"telegram","probe":true,"timeoutMs":8000})");
        CHECK(parsed(gateway.params("config.patch")).root()["baseHash"].text() == "h1");
    }
    TEST_CASE("another account stands below accounts, and one that fails says why") {
        FakeGateway gateway({{"config.get", {config_with(R"({"telegram":{"botToken":"x"}})")}},
                             {"config.patch", {ok(R"({"ok":true})")}},
                             {"channels.status", {ok(works)}}});
        const auto printed = gateway.run({"channels", "add", "--channel", "telegram", "--account",
                                          "ops", "--name", "Operations", "--token", "2:BBF"});
        CHECK(printed.exit_code == 1);
        CHECK(printed.out == "Added Telegram account \"ops\".\n"
                             "It does not work: the bot token is not valid\n");
        CHECK(
            patch_of(gateway) ==
            R"({"channels":{"telegram":{"accounts":{"ops":{"enabled":true,"name":"Operations","botToken":"2:BBF","tokenFile":null}}}}})");
        const auto json = gateway.run(
            {"channels", "add", "telegram", "--account", "ops", "--token", "2:BBF", "--json"});
        CHECK(parsed(json.out).root()["ok"].boolean(true) == false);
        CHECK_FALSE(json.out.contains("2:BBF"));
    }
    TEST_CASE("a token file is named in the configuration, not read into it") {
        FakeGateway gateway({{"config.get", {config_with(R"({"telegram":{"botToken":"x"}})")}},
                             {"config.patch", {ok(R"({"ok":true})")}}});
        std::ofstream(gateway.config_file() + ".token") << "1:AAF\n";
        const auto printed = gateway.run({"channels", "add", "telegram", "--token-file",
                                          gateway.config_file() + ".token", "--no-probe"});
        CHECK(printed.out == "Updated Telegram account \"default\".\n");
        const auto patch = parsed(patch_of(gateway));
        CHECK(patch.root()["channels"]["telegram"]["tokenFile"].text() ==
              gateway.config_file() + ".token");
        CHECK(patch.root()["channels"]["telegram"]["botToken"].is_null());
        CHECK(gateway.run({"channels", "add", "telegram", "--token-file", "/no/such/file"})
                  .err.contains("cannot open /no/such/file"));
    }
    TEST_CASE("what channels add cannot do is said before anything is written") {
        FakeGateway gateway({});
        CHECK(gateway.run({"channels", "add", "signal", "--token", "x"})
                  .err.contains("OpenClaw has no channel \"signal\"; it has: echo, telegram"));
        CHECK(gateway.run({"channels", "add"}).err.contains("Which channel?"));
        CHECK(gateway.run({"channels", "add", "telegram", "--json"})
                  .out.contains("Interactive channel setup requires a TTY"));
        CHECK(gateway.run({"channels", "add", "telegram", "--use-env", "--account", "ops"})
                  .err.contains("--use-env works for the default account"));
    }
    TEST_CASE("with the gateway down an account goes into the file") {
        FakeGateway gateway({});
        gateway.stop();
        gateway.write_config("{}");
        const auto printed = gateway.run({"channels", "add", "telegram", "--token", "1:AAF"});
        CHECK(printed.exit_code == 0);
        CHECK(printed.out == "Added Telegram account \"default\".\n");
        CHECK(printed.err.contains("the gateway is not running"));
        CHECK(gateway.config_text().contains("1:AAF"));
        CHECK(gateway.run({"channels", "list"}).out ==
              "Chat channels:\n- Telegram default: installed, configured, enabled, token=***\n");
        CHECK(gateway.run({"channels", "remove", "telegram"}).out ==
              "Disabled Telegram account \"default\".\n");
        CHECK(gateway.run({"channels", "list"}).out.contains("configured, disabled"));
        CHECK(gateway.run({"channels", "remove", "telegram", "--delete"}).out ==
              "Deleted Telegram account \"default\".\n");
        CHECK_FALSE(gateway.config_text().contains("telegram"));
        const auto gone = gateway.run({"channels", "remove", "telegram", "--delete"});
        CHECK(gone.exit_code == 1);
        CHECK(gone.err.contains("There is no Telegram account \"default\""));
    }
    TEST_CASE("what is taken out of the configuration is the account, and no other") {
        const auto patch_for = [](const std::string& channels,
                                  const std::vector<std::string>& more) {
            FakeGateway gateway(
                {{"config.get", {config_with(channels)}}, {"config.patch", {ok("{}")}}});
            std::vector<std::string> command{"channels", "remove", "--channel", "telegram"};
            command.insert(command.end(), more.begin(), more.end());
            CHECK(gateway.run(command).exit_code == 0);
            return patch_of(gateway);
        };
        const std::string two =
            R"({"telegram":{"botToken":"x","accounts":{"ops":{"botToken":"y"}}}})";
        CHECK(patch_for(two, {"--account", "ops", "--delete"}) ==
              R"({"channels":{"telegram":{"accounts":{"ops":null}}}})");
        CHECK(
            patch_for(two, {"--delete"}) ==
            R"({"channels":{"telegram":{"botToken":null,"tokenFile":null,"accounts":{"default":null}}}})");
        CHECK(patch_for(two, {}) ==
              R"({"channels":{"telegram":{"accounts":{"default":{"enabled":false}}}}})");
        CHECK(patch_for(R"({"telegram":{"accounts":{"ops":{"botToken":"y"}}}})",
                        {"--account", "ops", "--delete"}) == R"({"channels":{"telegram":null}})");
    }
    TEST_CASE("logout says what became of the token") {
        FakeGateway gateway({{"channels.logout", {ok(R"({"cleared":true,"loggedOut":true})")}}});
        CHECK(gateway.run({"channels", "logout", "telegram"}).out ==
              "Cleared saved auth for telegram/default.\n");
        CHECK(gateway.params("channels.logout") ==
              R"({"channel":"telegram","accountId":"default"})");
    }
    TEST_CASE("capabilities are what is supported, and how the account is now") {
        FakeGateway gateway(
            {{"channels.capabilities",
              {ok(R"({"accounts":[{"label":"Telegram","accountId":"default","status":"connected",
                 "support":{"chatTypes":["direct","group"],"polls":true,"media":false,"reply":true},
                 "actions":["send","react"],"probe":{"ok":true,"elapsedMs":12,"bot":{"username":"b"}}}]})")}}});
        CHECK(gateway.run({"channels", "capabilities", "--target", "-1"}).out ==
              "Telegram default\n"
              "  Support: chatTypes=direct,group polls reply\n"
              "  Actions: send, react\n"
              "  Status: works (@b), answered in 12ms\n");
        CHECK(gateway.params("channels.capabilities") ==
              R"({"probe":true,"timeoutMs":10000,"target":"-1"})");
    }
    TEST_CASE("a directory is a table, with what is missing from it as a note") {
        FakeGateway gateway(
            {{"channels.directory",
              {ok(R"({"channel":"telegram","accountId":"default","kind":"peers","live":false,"more":true,
                 "entries":[{"id":"77","kind":"user","name":"Ann","handle":"ann"},{"id":"88","kind":"user"}],
                 "note":"only those it has met"})")}}});
        const auto printed = gateway.run({"directory", "peers", "list", "--query", "a"});
        CHECK(printed.exit_code == 0);
        CHECK(printed.out.contains("77"));
        CHECK(printed.out.contains("Ann (@ann)"));
        CHECK(printed.err.contains("note: only those it has met"));
        CHECK(printed.err.contains("note: there are more"));
        CHECK(gateway.params("channels.directory") == R"({"kind":"peers","limit":50,"query":"a"})");
        gateway.run(
            {"directory", "groups", "members", "--channel", "telegram", "--group-id", "-1"});
        CHECK(gateway.params("channels.directory") ==
              R"({"kind":"members","limit":50,"channel":"telegram","groupId":"-1"})");
    }
    TEST_CASE("an action goes to the only channel there is, and says what became of it") {
        FakeGateway gateway(
            {{"channels.status", {ok(works)}},
             {"message.action", {ok(R"({"ok":true,"channel":"telegram","messageId":"7"})")}}});
        CHECK(
            gateway.run({"message", "react", "-t", "5", "--message-id", "7", "--emoji", "👍"}).out ==
            "Done: react via telegram. Message ID: 7\n");
        const auto params = parsed(gateway.params("message.action"));
        CHECK(params.root()["channel"].text() == "telegram");
        CHECK(params.root()["action"].text() == "react");
        CHECK(params.root()["params"].dump() == R"({"to":"5","messageId":"7","emoji":"👍"})");
        CHECK(params.root()["idempotencyKey"].text().size() == 36);
        gateway.run({"message", "poll", "-t", "5", "--channel", "telegram", "--poll-question",
                     "Tea?", "--poll-option", "yes", "--poll-option", "no"});
        CHECK(parsed(gateway.params("message.action")).root()["params"].dump() ==
              R"({"to":"5","pollQuestion":"Tea?","pollOption":["yes","no"]})");
        CHECK(gateway.run({"message", "pin", "--message-id", "7"}).err.contains("needs a chat"));
    }
    TEST_CASE("messages that were read are lines") {
        FakeGateway gateway(
            {{"message.action",
              {ok(R"({"ok":true,"channel":"echo","result":{"messages":[{"id":"1","author":{"username":"Ann"},"content":"hi"},{"id":"2","content":"there"}]}})")}}});
        CHECK(
            gateway.run({"message", "read", "--channel", "echo", "-t", "1", "--limit", "2"}).out ==
            "[1] Ann: hi\n[2] there\n");
    }
}
