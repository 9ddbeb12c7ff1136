#include "tests/unit/common/config/loaded.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

TEST_SUITE("common/config") {
    TEST_CASE("a Discord account's servers, channels and people become rules of access") {
        const Config config =
            loaded("{channels:{discord:{token:'a.b.c',allowBots:'mentions',guilds:{"
                   "'8':{requireMention:false,users:['1'],roles:['5'],"
                   "reactionNotifications:'all',channels:{"
                   "'70':{enabled:false,requireMention:true,systemPrompt:'be brief'},"
                   "'71':{users:['2']}}},'*':{slug:'others'}}}}}");
        REQUIRE(config.channels.size() == 1);
        const auto& account = config.channels[0];
        CHECK(account.should_run());
        CHECK(account.streaming == StreamingMode::off);
        CHECK(account.text_chunk_limit == 2000);
        CHECK(account.access.allow_bots == AllowBots::mentions);
        const auto& guild = account.access.spaces.at("8");
        CHECK(guild.require_mention == false);
        CHECK(guild.allow_from == SenderList{"1"});
        CHECK(guild.roles == std::vector<std::string>{"5"});
        CHECK(guild.reactions == ReactionNotifications::all);
        CHECK(guild.rooms.at("70").enabled == false);
        CHECK(guild.rooms.at("70").require_mention == true);
        CHECK(guild.rooms.at("70").system_prompt == "be brief");
        CHECK(guild.rooms.at("71").allow_from == SenderList{"2"});
        CHECK(account.access.spaces.at("*").rooms.empty());
    }
    TEST_CASE("an account's own servers replace those of the channel") {
        const Config config = loaded("{channels:{discord:{guilds:{'8':{}},accounts:{"
                                     "one:{token:'a.b.c'},two:{token:'d.e.f',guilds:{'9':{}}}}}}}");
        CHECK(config.find_channel("discord", "one")->access.spaces.contains("8"));
        CHECK(config.find_channel("discord", "two")->access.spaces.size() == 1);
        CHECK(config.find_channel("discord", "two")->access.spaces.contains("9"));
    }
    TEST_CASE("direct messages of a Discord account are switched off by dm.enabled, too") {
        const auto policy = [](std::string_view dm) {
            const Config config =
                loaded("{channels:{discord:{token:'a.b.c'," + std::string(dm) + "}}}");
            const auto& direct = config.channels[0].access.direct;
            return direct.contains("*") ? direct.at("*").dm_policy : std::nullopt;
        };
        CHECK(policy("dm:{enabled:false}") == DmPolicy::disabled);
        CHECK(policy("dm:{enabled:true}") == std::nullopt);
    }
    TEST_CASE("the Discord worker gets its settings and its token, and no list of people") {
        const Config config =
            loaded("{channels:{discord:{token:'a.b.c',apiRoot:'http://127.0.0.1:1/api/v10',"
                   "intents:{messageContent:false},activity:'tea',guilds:{'8':{users:['1']}}}}}");
        const auto& account = config.channels[0];
        CHECK(account.secrets.at("token").reveal() == "a.b.c");
        CHECK(account.settings_json ==
              R"({"apiRoot":"http://127.0.0.1:1/api/v10","intents":{"messageContent":false},)"
              R"("activity":"tea"})");
    }
    TEST_CASE("what a Discord account cannot mean is an error that says so") {
        for (const auto* wrong :
             {"allowBots:'all'", "dm:{enabled:1}", "status:'away'", "guilds:{'8':{channel:{}}}",
              "intents:{messages:true}", "guilds:{'8':{reactionNotifications:'some'}}"}) {
            const Config config =
                loaded("{channels:{discord:{token:'a.b.c'," + std::string(wrong) + "}}}");
            CHECK_MESSAGE(config.channels[0].is_malformed, wrong);
        }
    }
}
