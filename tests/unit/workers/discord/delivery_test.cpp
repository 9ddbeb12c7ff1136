#include "tests/unit/workers/discord/delivery_bench.h"

using namespace openclaw;
using namespace openclaw::discord;
using namespace openclaw::discord::scripted;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

std::string paragraphs(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += std::string(1500, static_cast<char>('a' + i)) + "\n\n";
    return text;
}

constexpr auto create = "POST /channels/7001/messages";

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("an answer is noted when it leaves, its id when it has arrived") {
        DeliveryBench bench;
        bench.begin("hello");
        CHECK(bench.api.lines() == Words{create});
        CHECK(bench.told() == Words{"DISPATCHING 0/1"});
        CHECK(bench.noted() == 1);
        bench.api.answer_sent("55");
        CHECK(bench.told() == Words{"DISPATCHING 0/1", "SENT 0/1 #55"});
        CHECK(ipc::read_in_flight_file(bench.file.get())->front().message_id == "55");
        bench.alarms.advance(1ms);
        CHECK(bench.deliveries.is_idle());
    }
    TEST_CASE("the next part waits for the record of the one before") {
        DeliveryBench bench;
        bench.begin(paragraphs(3));
        bench.api.answer_sent("1");
        CHECK(bench.api.made.size() == 1);
        bench.deliveries.acknowledge("act", 0);
        bench.api.answer_sent("2");
        bench.deliveries.acknowledge("act", 1);
        bench.api.answer_sent("3");
        CHECK(bench.told() == Words{"DISPATCHING 0/3", "SENT 0/3 #1", "DISPATCHING 1/3",
                                    "SENT 1/3 #2", "DISPATCHING 2/3", "SENT 2/3 #3"});
    }
    TEST_CASE("a lost answer is asked again with the same nonce, and nobody is told of it") {
        DeliveryBench bench;
        bench.begin("hello");
        const auto nonce = bench.nonce();
        bench.api.lose();
        bench.alarms.advance(1s);
        CHECK(bench.nonce() == nonce);
        CHECK(bench.noted() == 1);
        bench.api.answer_sent("55");
        CHECK(bench.told() == Words{"DISPATCHING 0/1", "DISPATCHING 0/1", "SENT 0/1 #55"});
    }
    TEST_CASE("what never left is held, and struck from the file") {
        DeliveryBench bench;
        bench.begin("hello");
        bench.api.refuse_connection();
        CHECK(bench.told() == Words{"DISPATCHING 0/1", "HELD 0/1"});
        CHECK(bench.noted() == 0);
        bench.alarms.advance(1s);
        bench.api.answer_sent("5");
        CHECK(bench.told().back() == "SENT 0/1 #5");
    }
    TEST_CASE("after minutes without an answer the channel is looked through before anything is "
              "sent again") {
        DeliveryBench bench;
        bench.begin("hello");
        const auto nonce = bench.nonce();
        bench.api.lose();
        bench.clock.advance(3min);
        bench.alarms.advance(1s);
        CHECK(bench.api.last().line == "GET /channels/7001/messages?limit=50");
        bench.api.answer_ok(R"([{"id":"9","nonce":"other"},{"id":"8","nonce":")" + nonce +
                            R"("}])");
        CHECK(bench.told().back() == "SENT 0/1 #8");
        CHECK(bench.api.made.size() == 2);
    }
    TEST_CASE("another life looks back first, and sends only what is not there") {
        DeliveryBench there;
        there.begin("hello", 2);
        CHECK(there.api.last().line == "GET /channels/7001/messages?limit=50");
        there.api.answer_ok(R"([{"id":"8","nonce":")" + nonce_of("default", "act", 0) + R"("}])");
        CHECK(there.told() == Words{"SENT 0/1 #8"});

        DeliveryBench missing;
        missing.begin("hello", 2);
        missing.api.answer_ok(R"([{"id":"8","nonce":5}])");
        CHECK(missing.api.last().line == create);
        DeliveryBench silent;
        silent.begin("hello", 2);
        silent.api.lose(); // it may stand there all the same
        silent.alarms.advance(1s);
        CHECK(silent.api.last().line == "GET /channels/7001/messages?limit=50");
        silent.api.answer_ok("[]");
        CHECK(silent.api.last().line == create);
        DeliveryBench unreadable;
        unreadable.begin("hello", 2);
        unreadable.api.answer_error(403, 50001);
        CHECK(unreadable.api.last().line == create); // the nonce is what is left
    }
    TEST_CASE("a rate limit the queue could not wait out is waited out here") {
        DeliveryBench bench;
        bench.begin("hello");
        bench.api.answer_error(429, 0, R"(,"retry_after":700)");
        CHECK(bench.told().back() == "HELD 0/1");
        bench.alarms.advance(699s);
        CHECK(bench.api.made.size() == 1);
        bench.alarms.advance(2s);
        CHECK(bench.api.made.size() == 2);
    }
    TEST_CASE("an answer that waited past its time is not sent") {
        DeliveryBench bench;
        bench.expires = bench.clock.unix_ms() + 10'000;
        bench.begin("hello");
        bench.api.refuse_connection();
        bench.clock.advance(11s);
        bench.alarms.advance(1s);
        CHECK(bench.told().back() == "FAILED 0/1 expired permanent");
        CHECK(bench.api.made.size() == 1);
    }
    TEST_CASE("refusals are final and say why; a token that is not valid leaves the answer to its "
              "successor") {
        DeliveryBench closed;
        closed.begin("hello");
        closed.api.answer_error(403, 50007);
        CHECK(closed.told().back() == "FAILED 0/1 blocked permanent");
        DeliveryBench rights;
        rights.begin("hello");
        rights.api.answer_error(403, 50013);
        CHECK(rights.told().back() == "FAILED 0/1 no_permission permanent");
        DeliveryBench token;
        token.begin("hello");
        token.api.answer_error(401, 0);
        CHECK(token.told().back() == "FAILED 0/1 auth_failed");
        DeliveryBench empty;
        empty.begin(" \n");
        CHECK(empty.told().back() == "FAILED 0/0 empty permanent");
    }
    TEST_CASE("a forum is answered with a post that is titled by the answer") {
        DeliveryBench bench;
        bench.begin("# The plan\n\ntext");
        bench.api.answer_error(400, 50008);
        CHECK(bench.api.last().line == "POST /channels/7001/threads");
        CHECK(bench.api.last_body().root()["name"].text() == "The plan");
        bench.api.answer_ok(R"({"id":"77","message":{"id":"78"}})");
        CHECK(bench.told().back() == "SENT 0/1 #78");
    }
    TEST_CASE("an archived thread is opened once") {
        DeliveryBench bench;
        bench.begin("hello");
        bench.api.answer_error(400, 50083);
        CHECK(bench.api.last().line == "PATCH /channels/7001");
        bench.api.answer_ok("{}");
        CHECK(bench.api.last().line == create);
        bench.api.answer_error(400, 50083);
        CHECK(bench.told().back() == "FAILED 0/1 thread_archived permanent");
    }
    TEST_CASE("a reply target that is gone costs the reply, not the answer") {
        DeliveryBench bench;
        bench.deliveries.begin({.action_id = "act",
                                .to = {.channel = "7001"},
                                .markdown = "hello",
                                .reply_to_message_id = "3"});
        CHECK(bench.api.last_body().root()["message_reference"]["message_id"].text() == "3");
        bench.api.answer_error(
            400, 50035,
            R"(,"errors":{"message_reference":{"_errors":[{"message":"Unknown message"}]}})");
        CHECK_FALSE(bench.api.last_body().root()["message_reference"]);
        bench.api.answer_sent("4");
        CHECK(bench.told().back() == "SENT 0/1 #4");
    }
    TEST_CASE("a person is written to in the direct channel, which is opened once") {
        DeliveryBench bench;
        bench.deliveries.begin({.action_id = "a", .to = {.person = "17"}, .markdown = "hello"});
        CHECK(bench.api.last().line == "POST /users/@me/channels");
        CHECK(bench.api.last_body().root()["recipient_id"].text() == "17");
        bench.api.answer_sent("7017");
        CHECK(bench.api.last().line == "POST /channels/7017/messages");
        bench.api.answer_sent("4");
        CHECK(bench.told().back() == "SENT 0/1 #4");
        bench.deliveries.begin({.action_id = "b", .to = {.person = "17"}, .markdown = "again"});
        bench.alarms.advance(1ms);
        CHECK(bench.api.last().line == "POST /channels/7017/messages");
    }
    TEST_CASE("an id that is no channel may be a person's; when it is not, that is the end") {
        DeliveryBench bench;
        bench.deliveries.begin(
            {.action_id = "a", .to = {.channel = "17", .person = "17"}, .markdown = "hello"});
        bench.api.answer_error(404, 10003);
        CHECK(bench.api.last().line == "POST /users/@me/channels");
        bench.api.answer_sent("7017");
        bench.api.answer_error(404, 10003);
        CHECK(bench.told().back() == "FAILED 0/1 route_gone permanent");
    }
    TEST_CASE("a person who cannot be written to is the end of the answer") {
        DeliveryBench bench;
        bench.deliveries.begin({.action_id = "a", .to = {.person = "17"}, .markdown = "hello"});
        bench.api.answer_error(400, 50033);
        CHECK(bench.told().back() == "FAILED 0/1 refused permanent");
    }
    TEST_CASE("people write targets in several ways, and only numbers reach a path") {
        const auto read = [](std::string id, wire::ChatKind kind, std::string thread = {}) {
            wire::Chat chat;
            chat.set_id(std::move(id));
            chat.set_kind(kind);
            chat.set_thread_id(std::move(thread));
            const auto to = destination_of(chat);
            return to ? "#" + to->channel + " @" + to->person : "refused";
        };
        CHECK(read("7001", wire::CHAT_CHANNEL) == "#7001 @");
        CHECK(read("7001", wire::CHAT_CHANNEL, "7002") == "#7002 @");
        CHECK(read("7001", wire::CHAT_DIRECT) == "#7001 @7001");
        CHECK(read("channel:7001", wire::CHAT_DIRECT) == "#7001 @");
        CHECK(read("user:17", wire::CHAT_DIRECT) == "# @17");
        CHECK(read("<@!17>", wire::CHAT_DIRECT) == "# @17");
        for (const auto* wrong : {"", "general", "../users/@me", "7001/messages", "user:", "<@>"})
            CHECK(read(wrong, wire::CHAT_DIRECT) == "refused");
    }
    TEST_CASE("answers of a channel keep their order, channels do not wait for each other") {
        DeliveryBench bench;
        bench.deliveries.begin({.action_id = "a", .to = {.channel = "1"}, .markdown = "x"});
        bench.deliveries.begin({.action_id = "b", .to = {.channel = "1"}, .markdown = "y"});
        bench.deliveries.begin({.action_id = "c", .to = {.channel = "2"}, .markdown = "z"});
        bench.deliveries.begin(
            {.action_id = "a", .to = {.channel = "1"}, .markdown = "x"}); // again
        CHECK(bench.api.lines() == Words{"POST /channels/1/messages", "POST /channels/2/messages"});
        bench.api.answer_sent("5");
        bench.alarms.advance(1ms);
        CHECK(bench.api.made.size() == 3);
    }
    TEST_CASE("nothing leaves before the supervisor can be told") {
        DeliveryBench bench;
        bench.uplink.room = false;
        bench.begin("hello");
        CHECK(bench.api.made.empty());
        bench.uplink.room = true;
        bench.deliveries.on_room();
        CHECK(bench.api.made.size() == 1);
    }

    // Previews.

    TEST_CASE("a preview grows by edits, at a polite rate, and pings nobody") {
        DeliveryBench bench;
        bench.stream("too short");
        CHECK(bench.api.made.empty());
        bench.stream("long enough to be read, <@1001>!");
        CHECK(bench.api.last().line == create);
        CHECK(bench.api.last_body().root()["allowed_mentions"].dump() ==
              R"({"parse":[],"replied_user":false})");
        CHECK(bench.noted() == 1);
        bench.stream("long enough to be read, and more of it");
        CHECK(bench.api.made.size() == 1); // one call at a time
        bench.api.answer_sent("60");
        CHECK(bench.told().back() == "preview #60");
        bench.alarms.advance(1199ms);
        CHECK(bench.api.made.size() == 1);
        bench.alarms.advance(2ms);
        CHECK(bench.api.last().line == "PATCH /channels/7001/messages/60");
        CHECK(bench.api.last_body().root()["content"].text() ==
              "long enough to be read, and more of it");
    }
    TEST_CASE("a preview becomes the answer when that fits, and is taken away when it does not") {
        DeliveryBench fits;
        fits.stream("long enough to be read by somebody");
        fits.api.answer_sent("60");
        fits.begin("the whole answer");
        CHECK(fits.api.last().line == "PATCH /channels/7001/messages/60");
        fits.api.answer_sent("60");
        CHECK(fits.told().back() == "SENT 0/1 #60");

        DeliveryBench longer;
        longer.stream("long enough to be read by somebody");
        longer.api.answer_sent("60");
        longer.begin(paragraphs(2));
        CHECK(longer.api.last().line == create);
        longer.api.answer_sent("61");
        CHECK(longer.api.last().line == "DELETE /channels/7001/messages/60");
    }
    TEST_CASE("the answer waits for the preview's call that is on its way") {
        DeliveryBench bench;
        bench.stream("long enough to be read by somebody");
        bench.begin("the whole answer");
        CHECK(bench.api.made.size() == 1);
        bench.api.answer_sent("60");
        CHECK(bench.api.last().line == "PATCH /channels/7001/messages/60");
    }
    TEST_CASE("a preview that was deleted by somebody gives way to a message") {
        DeliveryBench bench;
        bench.stream("long enough to be read by somebody");
        bench.api.answer_sent("60");
        bench.begin("answer");
        bench.api.answer_error(404, 10008);
        CHECK(bench.api.last().line == create);
    }
    TEST_CASE("a stopped run takes its preview away, also while it is being shown") {
        DeliveryBench bench;
        bench.stream("long enough to be read by somebody");
        wire::StreamCancel cancel;
        cancel.set_action_id("act");
        cancel.mutable_chat()->set_id("7001");
        bench.previews.cancel(cancel);
        CHECK(bench.api.made.size() == 1);
        bench.api.answer_sent("60");
        CHECK(bench.api.last().line == "DELETE /channels/7001/messages/60");
    }

    // Interactions.

    TEST_CASE("an interaction is acknowledged by the worker itself, and answered by a follow-up "
              "nobody else sees") {
        DeliveryBench bench;
        bench.interactions.acknowledge({.id = Snowflake{42},
                                        .token = "tok",
                                        .type = InteractionType::command,
                                        .is_ephemeral = true},
                                       "INTERACTION_CREATE:42");
        CHECK(bench.api.last().line == "POST /interactions/42/tok/callback");
        CHECK(bench.api.last().priority == Priority::answer);
        CHECK(bench.api.last().is_anonymous);
        bench.api.answer(Answer{.status = 204});
        bench.interactions.on_traced("INTERACTION_CREATE:42", "trace");
        bench.begin("status is fine");
        CHECK(bench.api.last().line == "POST /webhooks/900/tok");
        CHECK(bench.api.last_body().root()["flags"].integer() == 68);
        bench.api.answer_sent("71");
        CHECK(bench.told().back() == "SENT 0/1 #71");
    }
    TEST_CASE("an answer to a command is for its person's eyes in the next life, too") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        std::string kept;
        OpenInteractions former(clock, alarms, api, [&](std::string text) { kept = text; });
        former.use_application(Snowflake{900});
        former.acknowledge({.id = Snowflake{5},
                            .token = "secret",
                            .type = InteractionType::command,
                            .is_ephemeral = true},
                           "event");
        former.on_traced("event", "trace");
        alarms.advance(100ms);
        clock.advance(60s);
        OpenInteractions next(clock, alarms, api);
        next.restore(kept);
        REQUIRE(next.reply_to("trace"));
        CHECK(next.reply_to("trace")->path == "/webhooks/900/secret");
        CHECK(next.reply_to("trace")->is_ephemeral);
        clock.advance(14min);
        OpenInteractions late(clock, alarms, api);
        late.restore(kept);
        CHECK(late.size() == 0);
        late.restore("nonsense\n1 2 3 4 5 6 7 8\n");
        CHECK(late.size() == 0);
    }
    TEST_CASE("an interaction that is over is answered in the channel") {
        DeliveryBench bench;
        bench.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        bench.api.answer(Answer{.status = 204});
        bench.interactions.on_traced("e", "trace");
        bench.begin("late");
        bench.api.answer_error(404, 10062);
        CHECK(bench.api.last().line == create);
    }
    TEST_CASE("an acknowledgement that came too late sends the answer to the channel; a second one "
              "is as good as the first") {
        DeliveryBench late;
        late.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        late.api.answer_error(404, 10062);
        late.interactions.on_traced("e", "trace");
        late.begin("late");
        CHECK(late.api.last().line == create);

        DeliveryBench twice;
        twice.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        twice.api.answer_error(400, 40060);
        twice.interactions.on_traced("e", "trace");
        twice.begin("fine");
        CHECK(twice.api.last().line == "POST /webhooks/900/tok");
    }
    TEST_CASE(
        "an answer that is ready before its command is acknowledged waits for that: it is for "
        "one person's eyes") {
        DeliveryBench bench;
        bench.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        bench.interactions.on_traced("e", "trace");
        bench.begin("soon");
        CHECK(bench.api.made.size() == 1); // the acknowledgement
        bench.api.lose();
        CHECK(bench.api.made.size() == 2); // said again
        bench.api.answer(Answer{.status = 204});
        CHECK(bench.api.last().line == "POST /webhooks/900/tok");
    }
    TEST_CASE("an acknowledgement whose answer was lost is said again") {
        DeliveryBench bench;
        bench.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        bench.api.lose();
        REQUIRE(bench.api.made.size() == 2);
        CHECK(bench.api.made[0].line == bench.api.made[1].line);
        bench.api.answer_error(400, 40060);
        CHECK(bench.api.made.size() == 2);
        bench.interactions.on_traced("e", "trace");
        bench.begin("fine");
        CHECK(bench.api.last().line == "POST /webhooks/900/tok");

        DeliveryBench never;
        never.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        for (int tries = 0; tries < 3; ++tries)
            never.api.lose();
        CHECK(never.api.made.size() == 3);
    }
    TEST_CASE("the fate of a follow-up without an answer is not known: it has no nonce") {
        DeliveryBench bench;
        bench.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        bench.api.answer(Answer{.status = 204});
        bench.interactions.on_traced("e", "trace");
        bench.begin("status");
        bench.api.lose();
        CHECK(bench.told().back() == "UNKNOWN 0/1 lost");
    }
    TEST_CASE("who gets no answer is told so before Discord stops listening; a pressed button "
              "shows nothing") {
        DeliveryBench bench;
        bench.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::command}, "e");
        bench.api.answer(Answer{.status = 204});
        bench.alarms.advance(14min + 1s);
        CHECK(bench.api.last().line == "POST /webhooks/900/tok");
        CHECK(bench.interactions.size() == 0);

        DeliveryBench pressed;
        pressed.interactions.acknowledge(
            {.id = Snowflake{42}, .token = "tok", .type = InteractionType::component}, "e");
        pressed.api.answer(Answer{.status = 204});
        pressed.alarms.advance(15min);
        CHECK(pressed.api.made.size() == 1);
    }

    // Small calls.

    TEST_CASE(
        "typing is said every eight seconds, rather never than late, and ends with the answer") {
        DeliveryBench bench;
        bench.typing.begin("7001");
        CHECK(bench.api.last().line == "POST /channels/7001/typing");
        CHECK(bench.api.last().rather_never);
        bench.api.answer(Answer{.status = 204});
        bench.alarms.advance(8s);
        CHECK(bench.api.made.size() == 2);
        bench.api.answer(Answer{.status = 204});
        bench.begin("done");
        bench.api.answer_sent("5");
        bench.alarms.advance(1min);
        CHECK(bench.api.made.size() == 3);
    }
    TEST_CASE(
        "a run that vanished leaves no channel typing, and a channel that refuses is left alone") {
        DeliveryBench bench;
        bench.typing.begin("7001");
        bench.alarms.advance(10min);
        CHECK(bench.api.made.size() == 15); // two minutes

        DeliveryBench refused;
        refused.typing.begin("7001");
        refused.api.answer_error(403, 50001);
        refused.alarms.advance(1min);
        CHECK(refused.api.made.size() == 1);
    }
    TEST_CASE("a reaction is put, replaced and taken back, with its emoji fit for a path") {
        DeliveryBench bench;
        bench.errands.react("7", "8", "👍");
        CHECK(bench.api.last().line == "PUT /channels/7/messages/8/reactions/%F0%9F%91%8D/@me");
        bench.errands.react("7", "8", "party:99");
        CHECK(bench.api.made[1].line == "DELETE /channels/7/messages/8/reactions/%F0%9F%91%8D/@me");
        CHECK(bench.api.made[2].line == "PUT /channels/7/messages/8/reactions/party%3A99/@me");
        bench.errands.react("7", "8", "");
        CHECK(bench.api.last().line == "DELETE /channels/7/messages/8/reactions/party%3A99/@me");
    }
    TEST_CASE("an errand that did not get through is repeated a few times and then forgotten") {
        DeliveryBench bench;
        bench.errands.delete_message("7", "8");
        for (int i = 0; i < 4; ++i) {
            bench.api.lose();
            bench.alarms.advance(20s);
        }
        CHECK(bench.api.made.size() == 4);
        CHECK(bench.errands.is_idle());
    }
}
