#include "common/ipc/text.h"
#include "tests/unit/workers/discord/scripted.h"
#include "workers/discord/action_call.h"
#include "workers/discord/checkup.h"
#include "workers/discord/directory.h"
#include "workers/discord/intents.h"
#include "workers/discord/sign_in.h"

using namespace openclaw;
using namespace openclaw::discord;
using discord::scripted::FakeApi;

namespace {

struct Asked {
    explicit Asked(const std::function<void(wire::ChannelQuery&)>& fill) {
        frame.set_id(7);
        frame.mutable_channel_query()->set_within_ms(5000);
        fill(*frame.mutable_channel_query());
    }

    worker::Question question() {
        return worker::Question(
            frame, [this](wire::Frame said, UniqueFd) { answers.push_back(std::move(said)); });
    }

    const wire::ChannelAnswer& answer() const {
        REQUIRE(answers.size() == 1);
        return answers.front().channel_answer();
    }

    wire::Frame frame;
    std::vector<wire::Frame> answers;
};

std::string fact(const wire::ProbeFacts& facts, std::string_view name) {
    for (const auto& one : facts.facts())
        if (one.name() == name) return one.value();
    return {};
}

wire::ChannelAction action(std::string name, std::string message = {}) {
    wire::ChannelAction made;
    made.set_name(std::move(name));
    made.mutable_chat()->set_id("channel:7001");
    made.set_message_id(std::move(message));
    return made;
}

std::string line_of(const wire::ChannelAction& asked) {
    const auto made = action_call(asked, {});
    if (!made) return made.error().sentence;
    return made->call.method + " " + made->call.path + " " + made->call.body;
}

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("a probe tells who the bot is, what it was granted, and where to invite it") {
        FakeApi api;
        Settings settings;
        settings.intents = basic_intents | message_content;
        Checkup checkup(api, settings, [] {
            return Evidence{
                .state = "live", .last_heartbeat_ack_unix_ms = 5, .identifies_left = 899};
        });
        Asked asked([](wire::ChannelQuery& query) { query.mutable_probe(); });
        checkup.begin(asked.question());
        api.answer_ok(R"({"id":"900","username":"fakebot"})");
        api.answer_ok(R"({"id":"901","flags":0,"approximate_guild_count":0})");
        const auto& probe = asked.answer().probe();
        CHECK(probe.identity() == "fakebot");
        CHECK(probe.identity_id() == "900");
        CHECK(fact(probe, "messageContent") == "false");
        CHECK(fact(probe, "gateway") == "live");
        CHECK(fact(probe, "lastHeartbeatAckAt") == "5");
        CHECK(fact(probe, "identifiesRemaining") == "899");
        CHECK(probe.warnings_size() == 2);
        REQUIRE(probe.links_size() == 1);
        CHECK(probe.links(0).url().starts_with(
            "https://discord.com/oauth2/authorize?client_id=901&scope=bot+applications.commands"));
    }
    TEST_CASE("a probe of a channel the bot may not see, or with a bad token, says so") {
        FakeApi api;
        const Settings settings;
        Checkup checkup(api, settings, [] { return Evidence{}; });
        Asked target([](wire::ChannelQuery& query) {
            query.mutable_probe()->mutable_target()->set_id("7001");
        });
        checkup.begin(target.question());
        api.answer_ok(R"({"id":"900","username":"fakebot"})");
        api.answer_ok(R"({"id":"900"})");
        CHECK(api.last().line == "GET /channels/7001");
        api.answer_error(403, 50001);
        CHECK(target.answer().refusal() == wire::ChannelAnswer::NOT_FOUND);
        Asked token([](wire::ChannelQuery& query) { query.mutable_probe(); });
        checkup.begin(token.question());
        api.answer_error(401, 0);
        CHECK(token.answer().refusal() == wire::ChannelAnswer::DENIED);
    }
    TEST_CASE("flags of an application say what was granted; without flags it is asked for") {
        const auto granted = [](const char* text) {
            return read_granted(json::Document::parse(text)->root());
        };
        CHECK(granted("{}").message_content);
        CHECK_FALSE(granted(R"({"flags":0})").message_content);
        CHECK(granted(R"({"flags":524288})").message_content); // 1 << 19
        CHECK_FALSE(granted(R"({"flags":524288})").guild_members);
        CHECK(granted(R"({"flags":36864})").guild_members); // 1 << 15 | 1 << 12
        CHECK(granted(R"({"flags":36864})").presences);
    }
    TEST_CASE("the directory lists channels and threads of the servers, asking only when it knows "
              "none") {
        FakeApi api;
        World world;
        Directory directory(api, world);
        const auto ask = [](wire::ChannelQuery& query) {
            query.mutable_directory()->set_kind(wire::DirectoryLookup::GROUPS);
            query.mutable_directory()->set_limit(2);
        };
        Asked first(ask);
        directory.begin(first.question());
        api.answer_ok(R"([{"id":"8","name":"Home"}])");
        CHECK(api.last().line == "GET /guilds/8/channels");
        api.answer_ok(
            R"([{"id":"7001","type":0,"name":"general"},{"id":"7002","type":4,"name":"box"},
            {"id":"7003","type":15,"name":"help"},{"id":"7004","type":0,"name":"other"}])");
        const auto& page = first.answer().directory();
        REQUIRE(page.entries_size() == 2);
        CHECK(page.more());
        CHECK(page.entries(0).id() == "7001");
        CHECK(page.entries(0).name() == "#general");
        CHECK(page.entries(0).parent_name() == "Home");
        CHECK(page.entries(1).id() == "7003");
        const auto questions = api.made.size();
        Asked again([&](wire::ChannelQuery& query) {
            ask(query);
            query.mutable_directory()->set_query("OTH");
        });
        directory.begin(again.question());
        CHECK(api.made.size() == questions);
        REQUIRE(again.answer().directory().entries_size() == 1);
        CHECK(again.answer().directory().entries(0).id() == "7004");
        Asked people([](wire::ChannelQuery& query) {
            query.mutable_directory()->set_kind(wire::DirectoryLookup::PEERS);
        });
        directory.begin(people.question());
        CHECK(people.answer().refusal() == wire::ChannelAnswer::UNSUPPORTED);
    }
    TEST_CASE("actions become one call each") {
        auto react = action("react", "8");
        react.set_emoji("<:party:99>");
        CHECK(line_of(react) == "PUT /channels/7001/messages/8/reactions/party%3A99/@me ");
        react.set_remove(true);
        CHECK(line_of(react).starts_with("DELETE "));
        auto edit = action("edit", "8");
        edit.set_text("**new** @everyone");
        CHECK(line_of(edit).starts_with(R"(PATCH /channels/7001/messages/8 {"content":"**new**)"));
        CHECK(line_of(edit).contains(R"("parse":[])"));
        CHECK(line_of(action("delete", "8")) == "DELETE /channels/7001/messages/8 ");
        CHECK(line_of(action("pin", "8")) == "PUT /channels/7001/pins/8 ");
        CHECK(line_of(action("unpin", "8")) == "DELETE /channels/7001/pins/8 ");
        CHECK(line_of(action("read")) == "GET /channels/7001/messages?limit=20 ");
        CHECK(line_of(action("list-pins")) == "GET /channels/7001/messages/pins?limit=50 ");
        auto thread = action("thread-create", "8");
        thread.set_text("A topic");
        CHECK(line_of(thread) == R"(POST /channels/7001/messages/8/threads {"name":"A topic"})");
        thread.clear_message_id();
        CHECK(line_of(thread) == R"(POST /channels/7001/threads {"name":"A topic","type":11})");
    }
    TEST_CASE(
        "an action that lacks something is refused in words, and no stranger's text becomes a "
        "path") {
        CHECK(line_of(action("react", "8")) == "a reaction needs an emoji");
        CHECK(line_of(action("delete")) == "this action needs a message id");
        CHECK(line_of(action("edit", "8")) == "an edit needs a text");
        CHECK(line_of(action("delete", "8/../9")).contains("not a number"));
        auto person = action("read");
        person.mutable_chat()->set_id("user:17");
        CHECK(line_of(person).contains("a person is no channel"));
        CHECK(action_call(action("kick"), {}).error().code == Code::not_found);
    }
    TEST_CASE("what was read is told in few words") {
        const auto messages = json::Document::parse(
            R"([{"id":"1","content":"hi","timestamp":"t","author":{"id":"17","username":"ann"},"embeds":[]}])");
        CHECK(
            action_result(action("read"), messages->root()) ==
            R"({"messages":[{"id":"1","content":"hi","timestamp":"t","author":{"id":"17","username":"ann","bot":false}}]})");
        const auto pins = json::Document::parse(
            R"({"items":[{"pinned_at":"p","message":{"id":"1","content":"hi","timestamp":"t","author":{"id":"17","username":"ann"}}}],"has_more":false})");
        CHECK(action_result(action("list-pins"), pins->root()) ==
              action_result(action("read"), messages->root()));
        CHECK(action_result(action("pin", "8"), json::View()).empty());
    }
}
