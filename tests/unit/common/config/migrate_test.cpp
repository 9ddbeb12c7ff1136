#include "tests/unit/common/config/loaded.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

TEST_SUITE("common/config") {
    TEST_CASE("older names are understood and the newer ones taught") {
        const Config config =
            loaded("{session:{idleMinutes:60,mainKey:'x'},messages:{messagePrefix:'>'},gateway:{"
                   "reload:{debounceMs:5}},audit:{enabled:true},"
                   "agents:{list:[{id:'Main',model:'a/b'},{id:'second'},{name:'no id'}]}}");
        CHECK(config.session.reset.mode == ResetRule::Mode::idle);
        CHECK(config.session.reset.idle_minutes == 60);
        CHECK(config.messages.response_prefix == ">");
        CHECK(config.agents.entries.size() == 2);
        CHECK(config.agents.find("main")->model.primary == "a/b");
        CHECK(warns(config, "session.idleMinutes is now called session.reset.idleMinutes"));
        CHECK(warns(config, "session.mainKey is retired"));
        CHECK(is_inactive(config, "logging.audit"));
    }
    TEST_CASE("older spellings of channels are understood at the root and in accounts") {
        const Config config =
            loaded("{channels:{telegram:{botToken:'1:a',requireMention:false,streaming:'partial',"
                   "accounts:{x:{botToken:'2:b',streamMode:'block',chunkMode:'newline'},"
                   "y:{botToken:'3:c',streaming:false}}}}}");
        const ChannelAccount& root = *config.find_channel("telegram", "default");
        CHECK(root.problem == "");
        CHECK(root.streaming == StreamingMode::partial);
        CHECK(root.access.groups->at("*").require_mention == false);
        const ChannelAccount& x = *config.find_channel("telegram", "x");
        CHECK(x.streaming == StreamingMode::block);
        CHECK(x.settings_json == R"({"streaming":{"mode":"block","chunkMode":"newline"}})");
        CHECK(config.find_channel("telegram", "y")->streaming == StreamingMode::off);
    }
    TEST_CASE("a newer name beside the older one wins") {
        CHECK(loaded("{messages:{messagePrefix:'old',responsePrefix:'new'}}")
                  .messages.response_prefix == "new");
    }
    TEST_CASE("legacy routing becomes what it meant") {
        const Config config = loaded("{routing:{allowFrom:['+1'],groupChat:{historyLimit:5}}}");
        CHECK(config.messages.group_history_limit == 5);
        CHECK(is_inactive(config, "channels.whatsapp"));
    }
}
