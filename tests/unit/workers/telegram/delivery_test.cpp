#include "common/ipc/in_flight.h"
#include "tests/unit/workers/telegram/scripted.h"
#include "workers/telegram/deliveries.h"

#include <doctest/doctest.h>

#include <sys/mman.h>

#include <optional>

using namespace openclaw;
using namespace openclaw::telegram;
using namespace openclaw::telegram::scripted;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

struct Bench {
    ManualClock clock;
    FakeAlarms alarms{clock};
    FakeApi api;
    FakeUplink uplink;
    UniqueFd file{memfd_create("in-flight", MFD_CLOEXEC)};
    ipc::InFlight in_flight;
    Settings settings;
    Migrations migrations;
    SendQueue queue;
    Errands errands;
    Typing typing;
    Previews previews;
    std::optional<Trouble> refused;
    Deliveries deliveries;

    explicit Bench(Settings with = {})
        : settings(std::move(with))
        , queue(clock, alarms, settings.pace)
        , errands(clock, alarms, api, queue)
        , typing(clock, alarms, api, queue, migrations)
        , previews({clock, alarms, api, in_flight, queue, uplink, errands, migrations, settings})
        , deliveries({clock, api, in_flight, queue, uplink, previews, migrations, settings}, alarms,
                     typing, [this](const Answer& answer) { refused = answer.trouble; }) {
        REQUIRE(ipc::shape_in_flight_file(file.get()));
        REQUIRE(in_flight.open(file));
    }

    // "0", "1 #42", "preview"
    Lines noted() const {
        Lines lines;
        const auto parts = ipc::read_in_flight_file(file.get());
        for (const auto& part : *parts)
            lines.push_back(
                (part.part == ipc::preview_part ? "preview" : std::to_string(part.part)) +
                (part.message_id ? " #" + *part.message_id : ""));
        return lines;
    }

    static Answering answer(std::string text, std::string id = "a1") {
        return {.action_id = std::move(id),
                .target = {.chat_id = "5001", .is_direct = true},
                .markdown = std::move(text),
                .reply_to_message_id = {},
                .stream_message_id = {},
                .trace = "t1"};
    }

    Answering expiring(std::string text, Milliseconds in) {
        auto one = answer(std::move(text));
        one.expires_at_ms = clock.unix_ms() + in.count();
        return one;
    }

    static wire::StreamUpdate stream(const std::string& text, const std::string& chat = "5001",
                                     const std::string& id = "a1") {
        wire::StreamUpdate update;
        update.set_action_id(id);
        update.mutable_chat()->set_id(chat);
        update.mutable_chat()->set_kind(chat.starts_with('-') ? wire::CHAT_GROUP
                                                              : wire::CHAT_DIRECT);
        update.set_markdown(text);
        return update;
    }

    // A preview on the screen as message 7.
    void show_preview() {
        previews.update(stream("the first thirty characters of it"), "t1");
        api.answer_sent(7);
    }

    std::string texts() const { // of all sends
        std::string out;
        for (const auto& made : api.made) {
            const auto body = json::Document::parse(made.body);
            out += made.method + ":" + std::string(body->root()["text"].text()) + "|";
        }
        return out;
    }
};

Settings with_limit(std::size_t limit) {
    Settings settings;
    settings.split.limit = limit;
    return settings;
}

constexpr auto long_text = "one one one one one\n\ntwo two two two two\n\nthree three three";

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("an answer is announced, sent, and reported with its id") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("**hi** <there>"));
        CHECK(bench.uplink.deliveries() == Lines{"DISPATCHING 0/1"});
        CHECK(bench.api.last().method == "sendMessage");
        CHECK(bench.api.last().body ==
              R"({"chat_id":5001,"text":"<b>hi</b> &lt;there&gt;","parse_mode":"HTML"})");
        bench.api.answer_sent(42);
        CHECK(bench.uplink.deliveries() == Lines{"DISPATCHING 0/1", "SENT 0/1 #42"});
        CHECK(bench.uplink.frames.back().trace() == "t1");
        CHECK(bench.deliveries.is_idle());
    }
    TEST_CASE("parts go in order, each after the acknowledgement of the one before") {
        Bench bench(with_limit(22));
        bench.deliveries.begin(Bench::answer(long_text));
        bench.api.answer_sent(1);
        CHECK(bench.api.made.size() == 1);
        bench.deliveries.acknowledge("a1", 7); // of another part
        CHECK(bench.api.made.size() == 1);
        bench.deliveries.acknowledge("a1", 0);
        bench.api.answer_sent(2);
        bench.deliveries.acknowledge("a1", 1);
        bench.api.answer_sent(3);
        CHECK(bench.uplink.deliveries() == Lines{"DISPATCHING 0/3", "SENT 0/3 #1",
                                                 "DISPATCHING 1/3", "SENT 1/3 #2",
                                                 "DISPATCHING 2/3", "SENT 2/3 #3"});
        CHECK(bench.texts() == "sendMessage:one one one one one|sendMessage:two two two two "
                               "two|sendMessage:three three three|");
    }
    TEST_CASE("a part is noted when it leaves, with its id when it arrived") {
        Bench bench(with_limit(22));
        bench.api.connects = false;
        bench.deliveries.begin(Bench::answer("of another chat", "a0"));
        CHECK(bench.noted().empty()); // it waits for a connection
        bench.api.connects = true;
        auto one = Bench::answer(long_text);
        one.target.chat_id = "6001";
        bench.deliveries.begin(std::move(one));
        CHECK(bench.noted() == Lines{"0"});
        bench.api.refuse_connection(); // the first one
        bench.api.answer_sent(41);
        CHECK(bench.noted() == Lines{"0 #41"});
        bench.deliveries.acknowledge("a1", 0);
        CHECK(bench.noted() == Lines{"0 #41", "1"}); // the service strikes what is on record
    }
    TEST_CASE("what the platform has not taken is struck; what it may have taken stays noted") {
        for (const bool is_lost : {false, true}) {
            Bench bench;
            bench.deliveries.begin(bench.expiring("x", 10min));
            is_lost ? bench.api.lose()
                    : bench.api.answer_error(429, "Too Many Requests", R"({"retry_after":3})");
            CHECK(bench.noted() == (is_lost ? Lines{"0"} : Lines{}));
        }
    }
    TEST_CASE("with a full file nothing leaves") {
        Bench bench;
        for (std::uint32_t part = 0; bench.in_flight.note("many", part, 1);)
            ++part;
        bench.deliveries.begin(Bench::answer("x"));
        CHECK(bench.api.held_back);
        bench.api.refuse_connection(); // what libcurl makes of it
        CHECK(bench.uplink.deliveries() == Lines{"DISPATCHING 0/1", "HELD 0/1"});
    }
    TEST_CASE("an answer whose part is never acknowledged is given back, and its chat goes on") {
        Bench bench(with_limit(22));
        bench.deliveries.begin(Bench::answer(long_text));
        bench.deliveries.begin(Bench::answer("y", "a2"));
        bench.api.answer_sent(1);
        bench.alarms.advance(31s);
        CHECK(bench.uplink.deliveries() == Lines{"DISPATCHING 0/3", "SENT 0/3 #1",
                                                 "FAILED 0/3 no_acknowledgement",
                                                 "DISPATCHING 0/1"});
    }
    TEST_CASE("a resumed answer goes on with the part that is missing") {
        Bench bench(with_limit(22));
        auto one = Bench::answer(long_text);
        one.first_part = 1;
        bench.deliveries.begin(std::move(one));
        CHECK(bench.texts() == "sendMessage:two two two two two|");
        CHECK(bench.uplink.deliveries() == Lines{"DISPATCHING 1/3"});
    }
    TEST_CASE("the reply target is on the first part, or on all, and never costs the answer") {
        for (const bool all : {false, true}) {
            auto settings = with_limit(22);
            settings.reply_on_every_part = all;
            Bench bench(settings);
            auto one = Bench::answer(long_text);
            one.reply_to_message_id = "9";
            bench.deliveries.begin(std::move(one));
            CHECK(bench.api.last().body.contains(
                R"("reply_parameters":{"message_id":9,"allow_sending_without_reply":true})"));
            bench.api.answer_sent(1);
            bench.deliveries.acknowledge("a1", 0);
            CHECK(bench.api.last().body.contains("reply_parameters") == all);
        }
    }
    TEST_CASE("a topic is named, the General topic is not") {
        Bench bench({.pace = {.chat = {}, .group = {}, .bot = {}}});
        for (const auto* thread : {"5", "1"}) {
            auto one = Bench::answer("x", std::string("t") + thread);
            one.target = {.chat_id = "-1007", .thread_id = thread};
            bench.deliveries.begin(std::move(one));
            CHECK(bench.api.last().body.contains("message_thread_id") == (*thread == '5'));
            bench.api.answer_sent(1);
        }
    }
    TEST_CASE(
        "two answers for one chat are sent one after the other, for two chats beside each other") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("first", "a1"));
        bench.deliveries.begin(Bench::answer("second", "a2"));
        auto other = Bench::answer("third", "a3");
        other.target.chat_id = "6001";
        bench.deliveries.begin(std::move(other));
        CHECK(bench.texts() == "sendMessage:first|sendMessage:third|");
        bench.api.answer_sent(1);
        CHECK(bench.texts() == "sendMessage:first|sendMessage:third|sendMessage:second|");
    }
    TEST_CASE("an action that is on its way is not begun twice") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("x"));
        bench.deliveries.begin(Bench::answer("x"));
        bench.api.answer_sent(1);
        CHECK(bench.api.made.size() == 1);
    }
    TEST_CASE("a lost answer to a send is reported as unknown, once, and not repeated") {
        for (const bool server : {false, true}) {
            Bench bench;
            bench.deliveries.begin(Bench::answer("x"));
            server ? bench.api.answer_error(500, "Internal Server Error: restart")
                   : bench.api.lose();
            bench.alarms.advance(1h);
            CHECK(bench.api.made.size() == 1);
            CHECK(bench.uplink.deliveries() ==
                  Lines{"DISPATCHING 0/1", server ? "UNKNOWN 0/1 server" : "UNKNOWN 0/1 network"});
            CHECK(bench.deliveries.is_idle());
        }
    }
    TEST_CASE("what never left is tried again with growing pauses until it expires") {
        Bench bench;
        bench.deliveries.begin(bench.expiring("x", 10s));
        for (int i = 0; i < 20 && bench.api.open() > 0; ++i) {
            bench.api.refuse_connection();
            bench.alarms.advance(5s);
        }
        CHECK(bench.api.made.size() > 2);
        CHECK(bench.api.made.size() < 8);
        CHECK(bench.uplink.deliveries().back() == "FAILED 0/1 network");
    }
    TEST_CASE("without an expiry there is still an end to trying") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("x"));
        for (int i = 0; i < 100 && bench.api.open() > 0; ++i) {
            bench.api.refuse_connection();
            bench.alarms.advance(40s);
        }
        CHECK(bench.uplink.deliveries().back() == "FAILED 0/1 network");
    }
    TEST_CASE("429 waits and sends the same part again") {
        Bench bench;
        bench.deliveries.begin(bench.expiring("x", 10min));
        bench.api.answer_error(429, "Too Many Requests: retry after 3", R"({"retry_after":3})");
        bench.alarms.advance(3499ms);
        CHECK(bench.api.made.size() == 1);
        bench.alarms.advance(1ms);
        CHECK(bench.api.made.size() == 2);
        CHECK(bench.uplink.deliveries() == Lines{"DISPATCHING 0/1", "HELD 0/1", "DISPATCHING 0/1"});
        bench.api.answer_sent(1);
        CHECK(bench.uplink.deliveries().back() == "SENT 0/1 #1");
    }
    TEST_CASE("an answer that waited past its time is not sent") {
        Bench bench({.pace = {.chat = {.count = 1, .within = 20s}, .group = {}, .bot = {}}});
        bench.deliveries.begin(Bench::answer("first", "a0"));
        bench.api.answer_sent(1);
        bench.deliveries.begin(bench.expiring("late", 10s));
        bench.alarms.advance(1min);
        CHECK(bench.api.made.size() == 1);
        CHECK(bench.uplink.deliveries().back() == "FAILED 0/1 expired permanent");
        CHECK(bench.deliveries.is_idle());
    }
    TEST_CASE("markup the server refuses is sent as plain text, once") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("a **b**"));
        bench.api.answer_error(400, "Bad Request: can't parse entities: x");
        CHECK(bench.api.last().body == R"({"chat_id":5001,"text":"a b"})");
        bench.api.answer_error(400, "Bad Request: can't parse entities: x");
        CHECK(bench.uplink.deliveries().back() == "FAILED 0/1 format permanent");
    }
    TEST_CASE("a part that is too long for the server is cut smaller and stays one part") {
        Bench bench(with_limit(60));
        bench.deliveries.begin(Bench::answer("one one one one one. two two two two two two."));
        bench.api.answer_error(400, "Bad Request: message is too long");
        bench.api.answer_sent(1);
        bench.api.answer_sent(2);
        CHECK(bench.texts().ends_with(
            "|sendMessage:one one one one one.|sendMessage:two two two two two two.|"));
        CHECK(bench.uplink.deliveries().back() == "SENT 0/1 #2");
    }
    TEST_CASE("a reply target that is gone is left out") {
        Bench bench;
        auto one = Bench::answer("x");
        one.reply_to_message_id = "9";
        bench.deliveries.begin(std::move(one));
        bench.api.answer_error(400, "Bad Request: message to be replied not found");
        CHECK_FALSE(bench.api.last().body.contains("reply_parameters"));
    }
    TEST_CASE("a topic that is gone is left out in a direct chat and fails in a forum") {
        for (const bool direct : {true, false}) {
            Bench bench;
            auto one = Bench::answer("x");
            one.target = {
                .chat_id = direct ? "5001" : "-1007", .thread_id = "5", .is_direct = direct};
            bench.deliveries.begin(std::move(one));
            bench.api.answer_error(400, "Bad Request: message thread not found");
            CHECK((bench.api.made.size() == 2) == direct);
            if (!direct)
                CHECK(bench.uplink.deliveries().back() == "FAILED 0/1 route_gone permanent");
        }
    }
    TEST_CASE("a group that has moved is followed, without ids of the old one") {
        Bench bench;
        auto one = Bench::answer("x");
        one.target = {.chat_id = "-4001"};
        one.reply_to_message_id = "9";
        bench.deliveries.begin(std::move(one));
        bench.api.answer_error(400, "Bad Request: group chat was upgraded to a supergroup chat",
                               R"({"migrate_to_chat_id":-1004001})");
        CHECK(bench.api.last().body == R"({"chat_id":-1004001,"text":"x","parse_mode":"HTML"})");
        bench.api.answer_sent(1);
        CHECK(bench.uplink.deliveries().back() == "SENT 0/1 #1");
        CHECK(bench.migrations.resolve("-4001") == "-1004001");
    }
    TEST_CASE("a person who blocked the bot ends the answer for good") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("x"));
        bench.api.answer_error(403, "Forbidden: bot was blocked by the user");
        CHECK(bench.uplink.deliveries().back() == "FAILED 0/1 blocked permanent");
        CHECK(bench.uplink.frames.back().delivery().error() ==
              "Forbidden: bot was blocked by the user");
    }
    TEST_CASE("a refused token fails the answer for now and is told") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("x"));
        bench.api.answer_error(401, "Unauthorized");
        CHECK(bench.uplink.deliveries().back() == "FAILED 0/1 auth");
        CHECK(bench.refused == Trouble::auth);
    }
    TEST_CASE("an answer without text fails and does not hold up the next") {
        Bench bench;
        bench.deliveries.begin(Bench::answer("first", "a0"));
        bench.deliveries.begin(Bench::answer(" \n "));
        bench.deliveries.begin(Bench::answer("third", "a3"));
        bench.api.answer_sent(1);
        CHECK(bench.texts() == "sendMessage:first|sendMessage:third|");
        CHECK(bench.uplink.deliveries()[2] == "FAILED 0/0 empty permanent");
    }
    TEST_CASE("nothing touches the network before the supervisor can be told") {
        Bench bench;
        bench.uplink.room = false;
        bench.deliveries.begin(Bench::answer("x"));
        CHECK(bench.api.made.empty());
        bench.uplink.room = true;
        bench.deliveries.on_room();
        CHECK(bench.api.made.size() == 1);
    }
    TEST_CASE("link previews are switched off when the operator says so") {
        Settings settings;
        settings.link_preview = false;
        Bench bench(settings);
        bench.deliveries.begin(Bench::answer("x"));
        CHECK(bench.api.last().body.contains(R"("link_preview_options":{"is_disabled":true})"));
    }

    TEST_CASE("a preview waits for enough text, is reported, then edited at a polite rate") {
        Bench bench;
        bench.previews.update(Bench::stream("short"), "t1");
        bench.alarms.advance(5s);
        CHECK(bench.api.made.empty());
        bench.previews.update(Bench::stream("now there are thirty characters"), "t1");
        REQUIRE(bench.api.last().method == "sendMessage");
        bench.api.answer_sent(7);
        CHECK(bench.uplink.deliveries() == Lines{"preview DISPATCHING", "preview #7"});
        for (int i = 0; i < 10; ++i) {
            bench.previews.update(
                Bench::stream("now there are thirty characters " + std::to_string(i)), "t1");
            bench.alarms.advance(100ms);
        }
        CHECK(bench.api.made.size() == 1);
        bench.alarms.advance(500ms);
        REQUIRE(bench.api.made.size() == 2);
        CHECK(
            bench.api.last().body ==
            R"({"chat_id":5001,"message_id":7,"text":"now there are thirty characters 9","parse_mode":"HTML"})");
    }
    TEST_CASE("no preview leaves before the supervisor can be told") {
        Bench bench;
        bench.uplink.room = false;
        bench.previews.update(Bench::stream("now there are thirty characters"), "t1");
        bench.alarms.advance(10s);
        CHECK(bench.api.made.empty());
        bench.uplink.room = true;
        bench.alarms.advance(1s);
        CHECK(bench.api.made.size() == 1);
    }
    TEST_CASE(
        "one edit is on its way at a time, the newest text wins, and equal text is not sent") {
        Bench bench;
        bench.show_preview();
        bench.previews.update(Bench::stream("the first thirty characters of it and 1"), "t1");
        bench.alarms.advance(2s);
        bench.previews.update(Bench::stream("the first thirty characters of it and 2"), "t1");
        bench.previews.update(Bench::stream("the first thirty characters of it and 3"), "t1");
        bench.alarms.advance(10s);
        CHECK(bench.api.made.size() == 2);
        bench.api.answer_ok("{}");
        bench.alarms.advance(1500ms);
        REQUIRE(bench.api.made.size() == 3);
        CHECK(bench.api.last().body.contains("and 3"));
        bench.api.answer_ok("{}");
        bench.previews.update(Bench::stream("the first thirty characters of it and 3"), "t1");
        bench.alarms.advance(10s);
        CHECK(bench.api.made.size() == 3);
    }
    TEST_CASE("in a group edits are four seconds apart") {
        Bench bench;
        bench.previews.update(Bench::stream("now there are thirty characters", "-100"), "t");
        bench.alarms.advance(1s);
        bench.api.answer_sent(7);
        bench.previews.update(Bench::stream("now there are thirty characters or more", "-100"),
                              "t");
        bench.alarms.advance(3900ms);
        CHECK(bench.api.made.size() == 1);
        bench.alarms.advance(100ms);
        CHECK(bench.api.made.size() == 2);
    }
    TEST_CASE("the final text is edited into the preview, and an edit may be repeated") {
        Bench bench;
        bench.show_preview();
        bench.deliveries.begin(bench.expiring("the whole answer", 10min));
        CHECK(bench.api.last().body ==
              R"({"chat_id":5001,"message_id":7,"text":"the whole answer","parse_mode":"HTML"})");
        bench.api.lose();
        bench.alarms.advance(5s);
        bench.api.answer_error(400, "Bad Request: message is not modified: x");
        CHECK(bench.uplink.deliveries() == Lines{"preview DISPATCHING", "preview #7",
                                                 "DISPATCHING 0/1", "HELD 0/1", "DISPATCHING 0/1",
                                                 "SENT 0/1 #7"});
        CHECK(bench.api.methods() == Lines{"sendMessage", "editMessageText", "editMessageText"});
    }
    TEST_CASE("the final text waits for a preview that is on its way and then edits it") {
        Bench bench;
        bench.previews.update(Bench::stream("the first thirty characters of it"), "t1");
        bench.deliveries.begin(Bench::answer("the whole answer"));
        CHECK(bench.api.made.size() == 1);
        bench.api.answer_sent(7);
        CHECK(bench.api.last().method == "editMessageText");
        CHECK(bench.api.last().body.contains(R"("message_id":7)"));
    }
    TEST_CASE("a preview of a former life is finished by its id") {
        Bench bench;
        auto one = Bench::answer("the whole answer");
        one.stream_message_id = "7";
        bench.deliveries.begin(std::move(one));
        CHECK(bench.api.last().method == "editMessageText");
    }
    TEST_CASE("a preview that is gone makes the final text a message of its own") {
        Bench bench;
        bench.show_preview();
        bench.deliveries.begin(Bench::answer("the whole answer"));
        bench.api.answer_error(400, "Bad Request: message to edit not found");
        CHECK(bench.api.last().method == "sendMessage");
        bench.api.lose(); // and that one may not be repeated
        CHECK(bench.uplink.deliveries().back().starts_with("UNKNOWN"));
    }
    TEST_CASE("only the first part of a long answer is the preview") {
        Bench bench(with_limit(40));
        bench.show_preview();
        bench.deliveries.begin(
            Bench::answer("the first thirty characters of it\n\nand a second part"));
        CHECK(bench.api.last().method == "editMessageText");
        bench.api.answer_ok("{\"message_id\":7}");
        bench.deliveries.acknowledge("a1", 0);
        CHECK(bench.api.last().method == "sendMessage");
    }
    TEST_CASE(
        "a preview whose fate is unknown is not sent again, and the answer is a new message") {
        Bench bench;
        bench.previews.update(Bench::stream("the first thirty characters of it"), "t1");
        bench.api.lose();
        bench.previews.update(Bench::stream("the first thirty characters of it and more"), "t1");
        bench.alarms.advance(1h);
        CHECK(bench.api.made.size() == 1);
        bench.deliveries.begin(Bench::answer("the whole answer"));
        CHECK(bench.api.last().method == "sendMessage");
    }
    TEST_CASE("429 on an edit keeps only the newest text") {
        Bench bench;
        bench.show_preview();
        bench.previews.update(Bench::stream("the first thirty characters of it 1"), "t1");
        bench.alarms.advance(2s);
        bench.api.answer_error(429, "Too Many Requests", R"({"retry_after":5})");
        bench.previews.update(Bench::stream("the first thirty characters of it 2"), "t1");
        bench.alarms.advance(5s);
        CHECK(bench.api.made.size() == 2);
        bench.alarms.advance(1s);
        REQUIRE(bench.api.made.size() == 3);
        CHECK(bench.api.last().body.contains("of it 2"));
    }
    TEST_CASE("cancelling removes the preview, now or when its id becomes known") {
        wire::StreamCancel cancel;
        cancel.set_action_id("a1");
        cancel.mutable_chat()->set_id("5001");
        SUBCASE("shown") {
            Bench bench;
            bench.show_preview();
            bench.previews.cancel(cancel);
            CHECK(bench.api.last().method == "deleteMessage");
            CHECK(bench.api.last().body == R"({"chat_id":5001,"message_id":7})");
            bench.api.lose(); // a deletion may be repeated
            bench.alarms.advance(5s);
            bench.api.answer_error(400, "Bad Request: message to delete not found");
            CHECK(bench.errands.is_idle());
        }
        SUBCASE("on its way") {
            Bench bench;
            bench.previews.update(Bench::stream("the first thirty characters of it"), "t1");
            bench.previews.cancel(cancel);
            CHECK(bench.api.made.size() == 1);
            bench.api.answer_sent(8);
            CHECK(bench.api.last().body == R"({"chat_id":5001,"message_id":8})");
        }
        SUBCASE("of a former life") {
            Bench bench;
            cancel.set_stream_message_id("9");
            bench.previews.cancel(cancel);
            CHECK(bench.api.last().body == R"({"chat_id":5001,"message_id":9})");
        }
    }
    TEST_CASE("streaming switched off shows nothing") {
        Settings settings;
        settings.previews = false;
        Bench bench(settings);
        bench.previews.update(Bench::stream("the first thirty characters of it"), "t1");
        bench.alarms.advance(1h);
        CHECK(bench.api.made.empty());
    }

    TEST_CASE("typing is said every four seconds, with the General topic, until it ends") {
        Bench bench;
        const Target target{.chat_id = "-1007", .thread_id = "1"};
        bench.typing.begin(target);
        CHECK(bench.api.last().body ==
              R"({"chat_id":-1007,"message_thread_id":1,"action":"typing"})");
        bench.api.answer_ok("true");
        bench.alarms.advance(8s);
        CHECK(bench.api.made.size() == 3);
        bench.typing.end(target);
        bench.alarms.advance(1min);
        CHECK(bench.api.made.size() == 3);
    }
    TEST_CASE(
        "typing stops by itself: with the answer, after a refusal, after two minutes of nothing") {
        const Target target{.chat_id = "5001", .thread_id = {}, .is_direct = true};
        Bench bench;
        bench.typing.begin(target);
        SUBCASE("answer") {
            bench.deliveries.begin(Bench::answer("x"));
            bench.api.answer_ok("true");
            bench.api.answer_sent(1);
            bench.alarms.advance(1min);
            CHECK(bench.api.methods() == Lines{"sendChatAction", "sendMessage"});
        }
        SUBCASE("refusal") {
            bench.alarms.advance(1s);
            bench.api.answer_error(403, "Forbidden: bot was blocked by the user");
            bench.alarms.advance(1min);
            CHECK(bench.api.made.size() == 1);
        }
        SUBCASE("silence") {
            bench.alarms.advance(10min);
            CHECK(bench.api.made.size() == 30);
        }
    }
    TEST_CASE("typing is dropped while the server holds the chat") {
        Bench bench;
        bench.queue.submit("5001", Priority::final, [] {});
        bench.queue.hold("5001", 60s);
        bench.typing.begin({.chat_id = "5001"});
        bench.alarms.advance(30s);
        CHECK(bench.api.made.empty());
    }
    TEST_CASE("a reaction is set or removed") {
        Bench bench({.pace = {.chat = {}, .group = {}, .bot = {}}});
        bench.errands.react({.chat_id = "-5"}, "9", "👀");
        CHECK(bench.api.last().body ==
              R"({"chat_id":-5,"message_id":9,"reaction":[{"type":"emoji","emoji":"👀"}]})");
        bench.api.answer_error(400, "Bad Request: REACTION_INVALID");
        CHECK(bench.errands.is_idle());
        bench.errands.react({.chat_id = "-5"}, "9", "");
        CHECK(bench.api.last().body == R"({"chat_id":-5,"message_id":9,"reaction":[]})");
    }
}
