// Probes and actions of people: which calls they become, and what is told of the answers.
#include "tests/unit/workers/telegram/scripted.h"
#include "workers/telegram/actions.h"
#include "workers/telegram/checkup.h"

using namespace openclaw;
using namespace openclaw::telegram;
using openclaw::telegram::scripted::FakeAlarms;
using openclaw::telegram::scripted::FakeApi;

namespace {

struct Desk {
    std::vector<wire::Frame> answers; // of questions that may be answered by their end
    ManualClock clock;
    FakeAlarms alarms{clock};
    FakeApi api;
    Settings settings;
    SendQueue queue{clock, alarms, {}};
    Migrations migrations;
    Actions actions{clock, api, queue, migrations, settings};
    Checkup checkup{clock, api};

    worker::Question question(const wire::ChannelQuery& query) {
        wire::Frame frame;
        frame.set_id(answers.size() + 1);
        *frame.mutable_channel_query() = query;
        frame.mutable_channel_query()->set_within_ms(5000);
        return {frame, [this](wire::Frame answer, UniqueFd) { answers.push_back(answer); }};
    }

    void act(const std::string& name, const std::function<void(wire::ChannelAction&)>& fill) {
        wire::ChannelQuery query;
        auto& action = *query.mutable_action();
        action.set_name(name);
        action.mutable_chat()->set_id("5001");
        action.set_message_id("7");
        fill(action);
        actions.begin(question(query));
    }

    void probe(const std::string& target = {}) {
        wire::ChannelQuery query;
        query.mutable_probe()->mutable_target()->set_id(target);
        checkup.begin(question(query));
    }

    const wire::ChannelAnswer& answer() const {
        REQUIRE(answers.size() == 1);
        return answers.front().channel_answer();
    }
};

constexpr auto me =
    R"({"id":42,"is_bot":true,"first_name":"Bot","username":"my_bot","can_join_groups":true})";

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("each action is one call with what it needs") {
        struct Row {
            const char* name;
            std::function<void(wire::ChannelAction&)> fill;
            const char *method, *body;
        };

        const std::vector<Row> rows{
            {"react", [](auto& a) { a.set_emoji("👍"); }, "setMessageReaction",
             R"({"chat_id":5001,"message_id":7,"reaction":[{"type":"emoji","emoji":"👍"}]})"},
            {"react", [](auto& a) { a.set_remove(true); }, "setMessageReaction",
             R"({"chat_id":5001,"message_id":7,"reaction":[]})"},
            {"edit", [](auto& a) { a.set_text("*new*"); }, "editMessageText",
             R"({"chat_id":5001,"message_id":7,"text":"<i>new</i>","parse_mode":"HTML"})"},
            {"delete", [](auto&) {}, "deleteMessage", R"({"chat_id":5001,"message_id":7})"},
            {"pin", [](auto&) {}, "pinChatMessage", R"({"chat_id":5001,"message_id":7})"},
            {"unpin", [](auto&) {}, "unpinChatMessage", R"({"chat_id":5001,"message_id":7})"},
            {"thread-create", [](auto& a) { a.set_text("Plans"); }, "createForumTopic",
             R"({"chat_id":5001,"name":"Plans"})"},
            {"poll",
             [](auto& a) {
                 a.set_text("Tea?");
                 a.set_arguments_json(R"({"pollOption":["yes","no"],"pollMulti":true})");
             },
             "sendPoll",
             R"({"chat_id":5001,"question":"Tea?","options":[{"text":"yes"},{"text":"no"}],"is_anonymous":true,"allows_multiple_answers":true})"},
        };
        for (const auto& row : rows) {
            Desk desk;
            desk.act(row.name, row.fill);
            CAPTURE(std::string(row.name));
            REQUIRE(desk.api.made.size() == 1);
            CHECK(desk.api.last().method == row.method);
            CHECK(desk.api.last().body == row.body);
            desk.api.answer_ok("true");
            CHECK(desk.answer().refusal() == wire::ChannelAnswer::REFUSAL_NONE);
            CHECK(desk.actions.count() == 0);
        }
    }
    TEST_CASE("what lacks something is refused, and nothing is sent") {
        struct Row {
            const char* name;
            std::function<void(wire::ChannelAction&)> fill;
            const char* part;
        };

        const std::vector<Row> rows{
            {"react", [](auto&) {}, "needs an emoji"},
            {"edit", [](auto&) {}, "needs the new text"},
            {"edit", [](auto& a) { a.set_text(std::string(5000, 'x')); },
             "longer than one message"},
            {"pin", [](auto& a) { a.clear_message_id(); }, "needs a message"},
            {"pin", [](auto& a) { a.mutable_chat()->clear_id(); }, "needs a chat"},
            {"poll", [](auto& a) { a.set_text("Tea?"); }, "two to twelve options"},
            {"thread-edit", [](auto& a) { a.set_text("Plans"); }, "needs a thread"},
            {"levitate", [](auto&) {}, "does not support levitate"},
        };
        for (const auto& row : rows) {
            Desk desk;
            desk.act(row.name, row.fill);
            CHECK(desk.api.made.empty());
            CHECK(desk.answer().refusal() != wire::ChannelAnswer::REFUSAL_NONE);
            CHECK_MESSAGE(desk.answer().sentence().contains(row.part), desk.answer().sentence());
        }
    }
    TEST_CASE("markup that the server does not like is sent plain, once") {
        Desk desk;
        desk.act("edit", [](auto& a) { a.set_text("*new*"); });
        desk.api.answer_error(400, "Bad Request: can't parse entities: x");
        REQUIRE(desk.api.made.size() == 2);
        CHECK(desk.api.last().body == R"({"chat_id":5001,"message_id":7,"text":"new"})");
        desk.api.answer_error(400, "Bad Request: message is not modified: x");
        CHECK(desk.answer().refusal() == wire::ChannelAnswer::REFUSAL_NONE);
        CHECK(desk.answer().action().message_id() == "7");
    }
    TEST_CASE("a lost answer to a poll may be a poll; a lost answer to a pin is nothing") {
        Desk poll;
        poll.act("poll", [](auto& a) {
            a.set_text("Tea?");
            a.set_arguments_json(R"({"options":["yes","no"]})");
        });
        poll.api.lose();
        CHECK(poll.answer().refusal() == wire::ChannelAnswer::UNKNOWN_OUTCOME);
        CHECK(poll.answer().sentence().contains("look before you repeat it"));
        Desk pin;
        pin.act("pin", [](auto&) {});
        pin.api.lose();
        CHECK(pin.answer().refusal() == wire::ChannelAnswer::UNAVAILABLE);
    }
    TEST_CASE("a 429 holds the chat, and what nobody waits for any more is not done") {
        Desk desk;
        desk.act("pin", [](auto&) {});
        desk.api.answer_error(429, "Too Many Requests: retry after 8", R"({"retry_after":8})");
        CHECK(desk.answer().refusal() == wire::ChannelAnswer::RATE);
        CHECK(desk.answer().retry_after_ms() == 8000);
        desk.answers.clear();
        desk.act("unpin", [](auto&) {});
        desk.alarms.advance(std::chrono::seconds(9));
        CHECK(desk.api.methods() == std::vector<std::string>{"pinChatMessage"});
        CHECK(desk.answer().refusal() == wire::ChannelAnswer::RATE);
        CHECK(desk.answer().sentence().contains("nothing was done"));
    }
    TEST_CASE("a group that has moved is told, and the next action finds it") {
        Desk desk;
        desk.act("pin", [](auto&) {});
        desk.api.answer_error(400, "Bad Request: group chat was upgraded to a supergroup chat",
                              R"({"migrate_to_chat_id":-1009})");
        CHECK(desk.answer().refusal() == wire::ChannelAnswer::NOT_FOUND);
        CHECK(desk.answer().sentence().contains("-1009"));
        desk.act("pin", [](auto&) {});
        CHECK(desk.api.last().body == R"({"chat_id":-1009,"message_id":7})");
    }
    TEST_CASE("a probe says who the bot is, who gets its messages, and how it is invited") {
        Desk desk;
        desk.probe();
        desk.api.answer_ok(me);
        desk.api.answer_ok(R"({"url":"https://elsewhere.example/x","pending_update_count":3})");
        CHECK(desk.api.methods() == std::vector<std::string>{"getMe", "getWebhookInfo"});
        const auto& facts = desk.answer().probe();
        CHECK(facts.identity() == "@my_bot");
        CHECK(facts.identity_id() == "42");
        REQUIRE(facts.links_size() == 2);
        CHECK(facts.links(1).url() == "https://t.me/my_bot?startgroup=true");
        REQUIRE(facts.warnings_size() == 1);
        CHECK(facts.warnings(0).contains("webhook"));
        CHECK_FALSE(
            facts.SerializeAsString().contains("elsewhere")); // it may hold somebody's secret
    }
    TEST_CASE("a probe of a chat says whether the bot may speak there") {
        Desk desk;
        desk.probe("-1001");
        desk.api.answer_ok(me);
        desk.api.answer_error(404, "Not Found"); // a server without webhooks
        CHECK(desk.api.last().method == "getChatMember");
        CHECK(desk.api.last().body == R"({"chat_id":-1001,"user_id":42})");
        desk.api.answer_ok(R"({"status":"left"})");
        CHECK(desk.answer().probe().warnings(0).contains("no member"));
    }
    TEST_CASE("a refused token is the answer of a probe") {
        Desk desk;
        desk.probe();
        desk.api.answer_error(401, "Unauthorized");
        CHECK(desk.answer().refusal() == wire::ChannelAnswer::DENIED);
        CHECK(desk.answer().sentence() == "Telegram: Unauthorized");
    }
}
