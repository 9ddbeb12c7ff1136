#include "common/config/channels/all.h"
#include "tests/unit/common/config/directory.h"
#include "tests/unit/common/config/loaded.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

namespace {

constexpr const char* token = "botToken:'123:abc'";

Config telegram(const std::string& body, LoadOptions options = {}) {
    return loaded("{channels:{telegram:{" + body + "}}}", std::move(options));
}

std::string problem_of(const Config& config, std::string_view account = "default") {
    const ChannelAccount* found = config.find_channel("telegram", account);
    REQUIRE(found != nullptr);
    return found->problem;
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("without accounts there is one, called default") {
        const Config config = telegram(token);
        REQUIRE(config.channels.size() == 1);
        const ChannelAccount& account = config.channels[0];
        CHECK(account.worker_id() == "telegram:default");
        CHECK(account.spec == &telegram_worker);
        CHECK(account.is_default);
        CHECK(account.should_run());
        CHECK(account.secrets.at("botToken").reveal() == "123:abc");
        CHECK(account.settings_json == "{}");
        CHECK(account.access.dm_policy == DmPolicy::pairing);
        CHECK(account.access.group_policy == GroupPolicy::allowlist);
        CHECK(account.streaming == StreamingMode::partial);
        CHECK(find_channel_row("telegram")->patience.pause == Milliseconds(300));
        CHECK(account.access.id_prefixes == std::vector<std::string>{"telegram:", "tg:"});
        CHECK(loaded("{}").channels.empty());
    }
    TEST_CASE("the worker gets its own settings, merged, without secrets and without policy") {
        const Config config = telegram(
            "botToken:'1:a',apiRoot:'http://"
            "127.0.0.1:1',textChunkLimit:3000,allowFrom:[1],webhookSecret:'s',linkPreview:false,"
            "streaming:{mode:'partial',chunkMode:'newline'},accounts:{a:{botToken:'2:b',"
            "textChunkLimit:100}}");
        CHECK(
            config.find_channel("telegram", "a")->settings_json ==
            R"({"apiRoot":"http://127.0.0.1:1","textChunkLimit":100,"linkPreview":false,"streaming":{"mode":"partial","chunkMode":"newline"}})");
        CHECK(config.find_channel("telegram", "a")->text_chunk_limit == 100);
        CHECK(config.find_channel("telegram", "default")->text_chunk_limit == 3000);
    }
    TEST_CASE("accounts inherit from the root; groups and direct replace the root's") {
        const Config config =
            telegram("dmPolicy:'allowlist',allowFrom:['tg:1'],groups:{'-1':{},'-2':{}},direct:{'9':"
                     "{dmPolicy:'disabled'}},enabled:true,"
                     "accounts:{a:{botToken:'1:a',groups:{'-3':{requireMention:false}}},b:{"
                     "botToken:'2:b',allowFrom:[2,3],enabled:false}}");
        const AccessSettings& a = config.find_channel("telegram", "a")->access;
        CHECK(a.dm_policy == DmPolicy::allowlist);
        CHECK(a.allow_from == SenderList{"tg:1"});
        REQUIRE(a.groups->size() == 1);
        CHECK(a.groups->at("-3").require_mention == false);
        CHECK(a.direct.size() == 1);
        const ChannelAccount& b = *config.find_channel("telegram", "b");
        CHECK(b.access.groups->size() == 2);
        CHECK(b.access.allow_from == SenderList{"2", "3"});
        CHECK_FALSE(b.should_run());
        CHECK(config.find_channel("telegram", "default") == nullptr);
    }
    TEST_CASE("a channel that is off keeps its accounts off") {
        CHECK_FALSE(telegram("enabled:false,accounts:{a:{botToken:'1:a',enabled:true}}")
                        .channels[0]
                        .should_run());
    }
    TEST_CASE("a root token beside accounts is the default account's") {
        const Config config = telegram("botToken:'1:a',accounts:{alerts:{botToken:'2:b'}}");
        CHECK(config.channels.size() == 2);
        CHECK(config.find_channel("telegram", "")->account_id == "default");
        CHECK(problem_of(telegram("botToken:'1:a',accounts:{alerts:{}}"), "alerts")
                  .contains("there is no botToken"));
    }
    TEST_CASE("defaultAccount, else default, else the first by name is the default") {
        CHECK(telegram("defaultAccount:'b',accounts:{a:{botToken:'1:a'},b:{botToken:'2:b'}}")
                  .find_channel("telegram", "")
                  ->account_id == "b");
        CHECK(telegram("accounts:{z:{botToken:'1:a'},m:{botToken:'2:b'}}")
                  .find_channel("telegram", "")
                  ->account_id == "m");
    }
    TEST_CASE("the token comes from a file, else from the config, else, for the default account, "
              "from the environment") {
        const Directory directory;
        const std::string file = directory.write("token", "9:file\n");
        const LoadOptions options{.environment = {{"TELEGRAM_BOT_TOKEN", "8:env"}}};
        const auto token_of = [&](const std::string& body) {
            return telegram(body, options).channels[0].secrets.at("botToken").reveal();
        };
        CHECK(token_of("botToken:'1:a',tokenFile:'" + file + "'") == "9:file");
        CHECK(token_of("botToken:'1:a'") == "1:a");
        CHECK(token_of("") == "8:env");
        CHECK(
            problem_of(telegram("accounts:{a:{}}", options), "a").contains("there is no botToken"));
        CHECK(problem_of(telegram("")).contains("TELEGRAM_BOT_TOKEN"));
        CHECK(problem_of(telegram("tokenFile:'/nowhere/token'")).contains("/nowhere/token"));
        CHECK(problem_of(telegram("botToken:{source:'env',provider:'default',id:'ABSENT'}"))
                  .contains("ABSENT"));
    }
    TEST_CASE(
        "a proxy is the account's own or the channel's, and never among the worker's settings") {
        const auto config = telegram("proxy:'socks5://me:word@all:1',accounts:{a:{botToken:'1:a'},"
                                     "b:{botToken:'2:b',proxy:'http://me:word@own:2'}}");
        REQUIRE(config.channels.size() == 2);
        CHECK(config.channels[0].proxy.reveal() == "socks5://me:word@all:1");
        CHECK(config.channels[1].proxy.reveal() == "http://me:word@own:2");
        for (const auto& account : config.channels)
            CHECK_FALSE(account.settings_json.contains("word"));
    }
    TEST_CASE("a token in the environment makes a channel only when asked to") {
        LoadOptions options{.environment = {{"TELEGRAM_BOT_TOKEN", "8:env"}}};
        CHECK(loaded("{}", options).channels.empty());
        options.ambient_channels = true;
        CHECK(loaded("{}", options).channels.size() == 1);
    }
    TEST_CASE("a bad section switches that account off and nothing else") {
        const Config config = telegram("botToken:'1:a',accounts:{broken:{botToken:'2:b',\ndmPolicy:"
                                       "'sometimes'},typo:{botToken:'3:c',dmPolcy:'open'}}");
        CHECK(problem_of(config) == "");
        CHECK(problem_of(config, "broken") ==
              "openclaw.json:2:10 — channels.telegram.accounts.broken.dmPolicy: Invalid input "
              "(allowed: \"pairing\", \"allowlist\", \"open\", \"disabled\")");
        CHECK(problem_of(config, "typo").contains("did you mean \"dmPolicy\"?"));
        CHECK(config.find_channel("telegram", "broken")->is_malformed);
        CHECK(warns(config, "account \"broken\" is off"));
        CHECK(problem_of(telegram(std::string(token) + ",textChunkLimit:'long'"))
                  .contains("textChunkLimit"));
        CHECK(loaded("{channels:{telegram:7}}").channels[0].problem.contains("expected an object"));
        CHECK(problem_of(telegram("accounts:{a:7}"), "a").contains("expected an object"));
        CHECK(problem_of(telegram("accounts:{'a b':{botToken:'1:a'}}"), "a b")
                  .contains("account id"));
    }
    TEST_CASE("policies that contradict their lists are a problem") {
        CHECK(problem_of(telegram(std::string(token) + ",dmPolicy:'open'"))
                  .contains("allowFrom: [\"*\"]"));
        CHECK(problem_of(telegram(std::string(token) + ",dmPolicy:'open',allowFrom:['*']")) == "");
        CHECK(problem_of(telegram(std::string(token) + ",dmPolicy:'allowlist'"))
                  .contains("at least one"));
    }
    TEST_CASE("the same bot twice: the second stays off") {
        const Config config = telegram("accounts:{a:{botToken:'1:same'},b:{botToken:'1:same'}}");
        CHECK(problem_of(config, "a") == "");
        CHECK(problem_of(config, "b").contains("same botToken as account \"a\""));
        CHECK_FALSE(problem_of(config, "b").contains("1:same"));
    }
    TEST_CASE("groups, topics and direct rules are read to the last field") {
        const Config config =
            telegram(std::string(token) + ",groups:{'*':{requireMention:true},'-100':{enabled:"
                                          "false,groupPolicy:'open',allowFrom:[1],systemPrompt:'p',"
                                          "skills:['x'],topics:{'7':{requireMention:false,agentId:'"
                                          "work'}}}},groupAllowFrom:['2'],"
                                          "direct:{'5':{allowFrom:[5],systemPrompt:'q'}},"
                                          "mentionPatterns:{mode:'deny',denyIn:['-100']}");
        CHECK(problem_of(config) == "");
        const AccessSettings& access = config.channels[0].access;
        const GroupRules& group = access.groups->at("-100");
        CHECK(group.enabled == false);
        CHECK(group.group_policy == GroupPolicy::open);
        CHECK(group.allow_from == SenderList{"1"});
        CHECK(group.system_prompt == "p");
        CHECK(group.topics.at("7").require_mention == false);
        CHECK(group.topics.at("7").agent_id == "work");
        CHECK(access.direct.at("5").system_prompt == "q");
        CHECK(access.group_allow_from == SenderList{"2"});
        CHECK(access.pattern_scope.mode == PatternScope::Mode::deny);
        CHECK(is_inactive(config, "channels.telegram.groups.-100.skills"));
    }
    TEST_CASE("channels.defaults gives the group policy to channels that say nothing") {
        const auto policy = [](const std::string& defaults, const std::string& own) {
            return loaded("{channels:{defaults:{" + defaults + "},telegram:{botToken:'1:a'" + own +
                          "}}}")
                .channels[0]
                .access.group_policy;
        };
        CHECK(policy("groupPolicy:'open'", "") == GroupPolicy::open);
        CHECK(policy("groupPolicy:'open'", ",groupPolicy:'disabled'") == GroupPolicy::disabled);
        CHECK(refusal("{channels:{defaults:{groupPolicy:'x'}}}")
                  .contains("channels.defaults.groupPolicy"));
    }
    TEST_CASE("access groups stand for their members of the channel") {
        const Config config =
            loaded("{accessGroups:{team:{type:'message.senders',members:{'*':['1'],telegram:[2],"
                   "discord:['3']}}},"
                   "channels:{telegram:{botToken:'1:a',allowFrom:['accessGroup:team','accessGroup:"
                   "none','4'],groups:{'-1':{allowFrom:['accessGroup:team']}}}}}");
        CHECK(config.channels[0].access.allow_from == SenderList{"1", "2", "4"});
        CHECK(config.channels[0].access.groups->at("-1").allow_from == SenderList{"1", "2"});
    }
    TEST_CASE("other channels of the original are inactive, a misspelt one of ours is an error") {
        const Config config =
            loaded("{channels:{slack:{token:'x',guilds:{}},somethingelse:{},modelByChannel:{}}}");
        CHECK(config.channels.empty());
        CHECK(config.inactive.size() == 3);
        CHECK(refusal("{channels:{telegrm:{}}}").contains("did you mean \"telegram\"?"));
    }
    TEST_CASE("the echo channel takes what a test writes and hands it on") {
        const Config config =
            loaded("{channels:{echo:{crash:'now',dmPolicy:'open',allowFrom:['*']}}}");
        CHECK(config.channels[0].worker_id() == "echo:default");
        CHECK(config.channels[0].settings_json == R"({"crash":"now"})");
        CHECK(config.channels[0].should_run());
    }
}
