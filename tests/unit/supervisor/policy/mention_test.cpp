#include "supervisor/policy/mention.h"
#include "tests/unit/supervisor/policy/scene.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;

TEST_SUITE("supervisor/policy") {
    TEST_CASE("the agent's patterns, else the messages', else those of its name and emoji") {
        config::Agent agent;
        config::Messages messages;
        CHECK(mention_patterns_for(agent, messages).empty());
        agent.identity.name = "Fair Wind";
        agent.identity.emoji = "🦥";
        CHECK(mention_patterns_for(agent, messages).size() == 2);
        messages.mention_patterns = {"@claw"};
        CHECK(mention_patterns_for(agent, messages) == std::vector<std::string>{"@claw"});
        agent.mention_patterns.emplace();
        CHECK(mention_patterns_for(agent, messages).empty());
    }
    TEST_CASE("a name is called as a word, with or without @, in any case") {
        config::Agent agent;
        agent.identity.name = "Fair Wind (beta)";
        const MentionPatterns patterns(mention_patterns_for(agent, {}));
        CHECK(patterns.bad().empty());
        config::Agent plain;
        plain.identity.name = "Fair Wind";
        const MentionPatterns names(mention_patterns_for(plain, {}));
        for (const char* text : {"fair wind, help", "hey @FAIR  Wind", "ask fair\twind."})
            CHECK_MESSAGE(names.match(text), text);
        for (const char* text : {"fairwind", "unfair wind", "fair windy day"})
            CHECK_MESSAGE(!names.match(text), text);
    }
    TEST_CASE("what is no pattern is named and left out, the rest works") {
        const MentionPatterns patterns({"(", "claw"});
        REQUIRE(patterns.bad().size() == 1);
        CHECK(patterns.bad()[0].starts_with("\"(\": "));
        CHECK(patterns.match("claw"));
        CHECK_FALSE(MentionPatterns().match("anything"));
    }
    TEST_CASE("patterns may be confined to rooms and topics") {
        auto facts = in_group("-1", "5");
        using Mode = config::PatternScope::Mode;
        CHECK(patterns_apply(facts, {}));
        CHECK(patterns_apply(facts, {.mode = Mode::allow, .allow_in = {"-1"}, .deny_in = {}}));
        CHECK_FALSE(
            patterns_apply(facts, {.mode = Mode::allow, .allow_in = {"-2"}, .deny_in = {}}));
        CHECK_FALSE(patterns_apply(facts, {.mode = Mode::deny, .allow_in = {}, .deny_in = {"*"}}));
        facts.thread_id = "7";
        CHECK(patterns_apply(facts,
                             {.mode = Mode::allow, .allow_in = {"-1:topic:7"}, .deny_in = {}}));
        CHECK(
            patterns_apply(facts, {.mode = Mode::deny, .allow_in = {}, .deny_in = {"-1:topic:8"}}));
    }
}
