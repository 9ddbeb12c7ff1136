#include "tests/unit/workers/discord/golden.h"
#include "workers/discord/chat_events.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::discord;

namespace {

const Identity bot{.id = Snowflake{9}, .username = "bot", .application = Snowflake{9}};

json::Document told(const std::string& text) {
    auto document = json::Document::parse(text);
    REQUIRE(document);
    return std::move(*document);
}

struct EventBench {
    EventBench() {
        world.apply("GUILD_CREATE", told(R"({"id":"80","name":"Home","channels":
            [{"id":"70","type":0,"name":"general"}],"threads":[{"id":"71","type":11,"name":"side","parent_id":"70"}]})")
                                        .root());
    }

    wire::ChannelEvent add(const std::string& json) {
        return events.reaction("MESSAGE_REACTION_ADD", told(json).root(), bot, world);
    }

    wire::ChannelEvent remove(const std::string& json) {
        return events.reaction("MESSAGE_REACTION_REMOVE", told(json).root(), bot, world);
    }

    bool may_tell(const std::string& channel, int user) {
        const auto reaction = told(R"({"channel_id":")" + channel + R"(","user_id":")" +
                                   std::to_string(user) + "\"}");
        return events.may_tell(reaction.root(), bot, now);
    }

    World world;
    ChatEvents events;
    Instant now{std::chrono::hours(1)};
};

constexpr const char* thumb = R"({"user_id":"17","channel_id":"71","message_id":"5","guild_id":"80",
    "message_author_id":"9","emoji":{"id":null,"name":"👍"},
    "member":{"nick":"Ann","roles":["44"],"user":{"id":"17","username":"ann","global_name":"A"}}})";

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("a reaction says who, where, with what, and that it is on the bot's own message") {
        EventBench bench;
        const auto event = bench.add(thumb);
        CHECK(event.kind() == wire::ChannelEvent::REACTION_ADDED);
        CHECK(event.chat().id() == "70");
        CHECK(event.chat().thread_id() == "71");
        CHECK(event.chat().space_id() == "80");
        CHECK(event.sender().id() == "17");
        CHECK(event.sender().display_name() == "Ann");
        CHECK(event.sender().handle() == "ann");
        CHECK(event.sender().roles(0) == "44");
        CHECK(event.message_id() == "5");
        CHECK(event.emoji() == "👍");
        CHECK(event.is_on_own());
    }
    TEST_CASE("a removal, which names nobody, is explained by what was said before") {
        EventBench bench;
        bench.add(thumb);
        const auto event = bench.remove(
            R"({"user_id":"17","channel_id":"71","message_id":"5","guild_id":"80","emoji":{"id":"3","name":"party"}})");
        CHECK(event.kind() == wire::ChannelEvent::REACTION_REMOVED);
        CHECK(event.sender().display_name() == "Ann");
        CHECK(event.emoji() == ":party:");
        CHECK(event.is_on_own());
        const auto other = bench.remove(
            R"({"user_id":"18","channel_id":"71","message_id":"6","guild_id":"80","emoji":{"id":null,"name":"👎"}})");
        CHECK(other.sender().id() == "18");
        CHECK(other.sender().display_name().empty());
        CHECK_FALSE(other.is_on_own());
    }
    TEST_CASE("messages tell who somebody is in a direct conversation, and which are the bot's") {
        EventBench bench;
        bench.events.saw(
            told(R"({"id":"1","channel_id":"60","author":{"id":"17","username":"ann"}})").root(),
            bot);
        bench.events.saw(
            told(R"({"id":"2","channel_id":"60","author":{"id":"9","username":"bot"}})").root(),
            bot);
        const auto event = bench.add(
            R"({"user_id":"17","channel_id":"60","message_id":"2","emoji":{"id":null,"name":"❤"}})");
        CHECK(event.chat().kind() == wire::CHAT_DIRECT);
        CHECK(event.sender().handle() == "ann");
        CHECK(event.is_on_own());
    }
    TEST_CASE("what the bot does itself, and what lacks an id, is no event") {
        EventBench bench;
        for (const auto* json :
             {R"({"user_id":"9","channel_id":"70","message_id":"5","emoji":{"name":"👍"}})",
              R"({"channel_id":"70","message_id":"5","emoji":{"name":"👍"}})",
              R"({"user_id":"17","channel_id":"70","message_id":"5","emoji":{}})", R"({})",
              R"([])"})
            CHECK(bench.add(json).kind() == wire::ChannelEvent::KIND_UNSPECIFIED);
        CHECK_FALSE(is_reaction("MESSAGE_REACTION_REMOVE_ALL"));
    }
    TEST_CASE("twenty reactions of a channel are told in a minute, and other channels are not "
              "kept from it") {
        EventBench bench;
        int passed = 0;
        for (int i = 0; i < 500; ++i)
            passed += bench.may_tell("70", 100 + i) ? 1 : 0;
        CHECK(passed == ChatEvents::most_reactions);
        CHECK(bench.may_tell("71", 100));
        bench.now += std::chrono::minutes(1);
        CHECK(bench.may_tell("70", 100));
    }
    TEST_CASE("nobody uses up what is told of a channel alone, least of all the bot") {
        EventBench bench;
        int passed = 0;
        for (int i = 0; i < 50; ++i) {
            CHECK_FALSE(bench.may_tell("70", 9));
            passed += bench.may_tell("70", 17) ? 1 : 0;
        }
        CHECK(passed == ChatEvents::most_of_a_person);
        for (int i = 0; i < ChatEvents::most_reactions - passed; ++i)
            CHECK(bench.may_tell("70", 100 + i));
        CHECK_FALSE(bench.may_tell("70", 18));
    }
    TEST_CASE("deletions name the messages of others, one or many") {
        EventBench bench;
        bench.events.saw(told(R"({"id":"2","author":{"id":"9"}})").root(), bot);
        CHECK(bench.events.deleted(told(R"({"id":"1","channel_id":"70"})").root()) ==
              std::vector{Snowflake{1}});
        CHECK(bench.events.deleted(told(R"({"ids":["1","2","x","3"]})").root()) ==
              std::vector{Snowflake{1}, Snowflake{3}});
        CHECK(message_event_id(Snowflake{3}) == "MESSAGE_CREATE:3");
    }
    TEST_CASE("a message that is told of after its deletion is known to be deleted") {
        EventBench bench;
        const auto message = told(R"({"id":"3","author":{"id":"17"}})");
        CHECK_FALSE(bench.events.was_deleted(message.root()));
        bench.events.deleted(told(R"({"ids":["1","3"],"channel_id":"70"})").root());
        CHECK(bench.events.was_deleted(message.root()));
        CHECK_FALSE(bench.events.was_deleted(told(R"({"id":"4"})").root()));
        CHECK_FALSE(bench.events.was_deleted(told("{}").root()));
    }
    TEST_CASE("of what is remembered the oldest makes room") {
        Recent<int> recent(2);
        recent.keep(Snowflake{1}, 1);
        recent.keep(Snowflake{2}, 2);
        recent.keep(Snowflake{1}, 3);
        recent.keep(Snowflake{4}, 4);
        CHECK(recent.find(Snowflake{1}) == nullptr);
        CHECK(*recent.find(Snowflake{2}) == 2);
        CHECK(*recent.find(Snowflake{4}) == 4);
    }
}
