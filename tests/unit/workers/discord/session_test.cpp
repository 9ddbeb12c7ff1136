#include "common/config/channels/discord_token.h"
#include "common/ipc/text.h"
#include "tests/unit/workers/discord/scripted.h"
#include "workers/discord/channel_lookups.h"
#include "workers/discord/commands.h"
#include "workers/discord/history.h"
#include "workers/discord/intake.h"
#include "workers/discord/intents.h"
#include "workers/discord/remembered.h"
#include "workers/discord/rest_queue.h"
#include "workers/discord/settings.h"

using namespace openclaw;
using namespace openclaw::discord;
using namespace openclaw::discord::scripted;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

Translation message(int id) {
    Translation out;
    out.kind = Translation::Kind::message;
    out.channel = Snowflake{7};
    out.message = Snowflake{static_cast<std::uint64_t>(id)};
    out.inbound.set_event_id("MESSAGE_CREATE:" + std::to_string(id));
    out.inbound.set_message_id(std::to_string(id));
    out.text = "text " + std::to_string(id);
    return out;
}

struct IntakeBench : Intake::Listener {
    explicit IntakeBench(std::uint32_t credits = 100)
        : intake(alarms, uplink, *this, credits) {
        intake.begin_session(1);
    }

    void on_place(std::int64_t place) override { places.push_back(place); }

    void on_recorded(Snowflake channel, Snowflake id) override {
        recorded.push_back(channel.text() + "/" + id.text());
    }

    void on_traced(const std::string& event, const std::string& trace) override {
        traced.push_back(event + "=" + trace);
    }

    void on_pressure(bool is_full) override { pressure.push_back(is_full); }

    void on_overdue(bool is_overdue) override { overdue.push_back(is_overdue); }

    void come(int id, std::int64_t place) {
        intake.arrived(place);
        intake.offer(message(id), place);
    }

    void record(int id, const std::string& trace = "") {
        intake.acknowledge("MESSAGE_CREATE:" + std::to_string(id), trace);
    }

    std::size_t sent() const { return uplink.frames.size(); }

    ManualClock clock;
    FakeAlarms alarms{clock};
    FakeUplink uplink;
    std::vector<std::int64_t> places;
    Words recorded, traced;
    std::vector<bool> pressure, overdue;
    Intake intake;
};

struct StateBench {
    std::map<std::string, std::string> state() const {
        std::map<std::string, std::string> all;
        for (const auto& frame : uplink.frames)
            for (const auto& entry : frame.state_write().entries())
                all[entry.key()] = entry.value();
        return all;
    }

    ManualClock clock;
    FakeAlarms alarms{clock};
    FakeUplink uplink;
    Remembered remembered{alarms, uplink, {}};
};

struct QueueBench {
    RestQueue::Ticket add(const std::string& name, const std::string& path,
                          Priority priority = Priority::final, bool rather_never = false) {
        return queue.submit(priority, job(name, path, rather_never));
    }

    RestQueue::Job job(const std::string& name, const std::string& path, bool rather_never = false,
                       bool comes_back = false) {
        return {.route = route_of("POST", path),
                .rather_never = rather_never,
                .comes_back = comes_back,
                .turn = [this, name](RestQueue::Fate fate) {
                    const auto* how = fate == RestQueue::Fate::is_dropped   ? " dropped"
                                      : fate == RestQueue::Fate::comes_back ? " came back"
                                                                            : "";
                    turns.push_back(name + how);
                }};
    }

    void run() { alarms.advance(1ms); }

    ManualClock clock;
    FakeAlarms alarms{clock};
    RestQueue queue{clock, alarms};
    Words turns;
};

const auto here = "/channels/7001/messages";
const auto there = "/channels/7002/messages";

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("the place on record never leads: it stands before the oldest message that is not "
              "recorded") {
        IntakeBench bench;
        bench.come(10, 5);
        bench.intake.arrived(6);
        bench.intake.settle(6); // looked at, for nobody
        bench.come(11, 7);
        CHECK(bench.places == std::vector<std::int64_t>{4});
        bench.record(11);
        CHECK(bench.places.back() == 4);
        bench.record(10);
        CHECK(bench.places.back() == 7);
        CHECK(bench.recorded == Words{"7/11", "7/10"});
    }
    TEST_CASE("a message that a replay tells again is sent once") {
        IntakeBench bench;
        bench.come(10, 5);
        bench.come(10, 5);
        CHECK(bench.sent() == 1);
        bench.record(10);
        CHECK(bench.places.back() == 5);
    }
    TEST_CASE("without a credit a message waits, in order") {
        IntakeBench bench(1);
        bench.come(10, 5);
        bench.come(11, 6);
        bench.come(12, 7);
        CHECK(bench.sent() == 1);
        bench.record(10);
        CHECK(bench.uplink.frames.back().inbound().event_id() == "MESSAGE_CREATE:11");
        CHECK(bench.intake.waiting() == 1);
        CHECK(bench.places.back() == 5);
    }
    TEST_CASE("when much waits the gateway is not read any more, until half of it is gone") {
        IntakeBench bench(0);
        for (std::size_t i = 0; i < Intake::enough; ++i)
            bench.come(static_cast<int>(i) + 1, static_cast<std::int64_t>(i) + 2);
        CHECK(bench.pressure == std::vector{true});
    }
    TEST_CASE("a new session begins its places anew, and old messages still arrive") {
        IntakeBench bench;
        bench.come(10, 500);
        bench.intake.begin_session(1);
        bench.intake.arrived(2);
        bench.intake.settle(2);
        CHECK(bench.places.back() == 2);
        bench.record(10);
        CHECK(bench.recorded == Words{"7/10"});
        CHECK(bench.places.back() == 2);
    }
    TEST_CASE("an acknowledgement that is overdue makes the message come again, once; its trace is "
              "passed on") {
        IntakeBench bench;
        bench.come(10, 5);
        bench.alarms.advance(11s);
        CHECK(bench.sent() == 2);
        CHECK(bench.overdue == std::vector{true});
        bench.alarms.advance(1h); // nobody reads
        CHECK(bench.sent() == 2);
        bench.record(10, "abc");
        CHECK(bench.overdue.back() == false);
        CHECK(bench.traced == Words{"MESSAGE_CREATE:10=abc"});
        bench.record(10, "abc"); // of the second one
        CHECK(bench.traced.size() == 1);
        CHECK(bench.intake.credits() == 100);
    }

    TEST_CASE("a stream that never rests is not overdue") {
        IntakeBench bench;
        bench.come(1, 1);
        for (int id = 2; id < 40; ++id) { // one is open all the time
            bench.alarms.advance(1s);
            bench.come(id, id);
            bench.record(id - 1);
        }
        CHECK(bench.sent() == 39);
        CHECK(bench.overdue.empty());
    }
    TEST_CASE(
        "a message that is deleted before it was sent is not sent, and its place is on record") {
        IntakeBench bench(0);
        bench.come(10, 5);
        CHECK(bench.intake.withdraw("MESSAGE_CREATE:10"));
        CHECK_FALSE(bench.intake.withdraw("MESSAGE_CREATE:10"));
        CHECK(bench.intake.waiting() == 0);
        CHECK(bench.places.back() == 5);
    }
    TEST_CASE("what is held waits for its release, and holds up nothing but the place on record") {
        IntakeBench bench;
        bench.intake.arrived(5);
        bench.intake.offer(message(10), 5, Intake::Held::alone);
        bench.come(11, 6);
        CHECK(bench.uplink.frames.back().inbound().event_id() == "MESSAGE_CREATE:11");
        bench.record(11);
        CHECK(bench.places == std::vector<std::int64_t>{4});
        bench.intake.release("MESSAGE_CREATE:10");
        CHECK(bench.uplink.frames.back().inbound().event_id() == "MESSAGE_CREATE:10");
        bench.record(10);
        CHECK(bench.places.back() == 6);
    }
    TEST_CASE("a message that waits for its files is overtaken by other channels only") {
        IntakeBench bench;
        auto elsewhere = message(12);
        elsewhere.channel = Snowflake{8};
        bench.intake.arrived(5);
        bench.intake.offer(message(10), 5, Intake::Held::with_channel);
        bench.come(11, 6);
        bench.intake.arrived(7);
        bench.intake.offer(std::move(elsewhere), 7);
        CHECK(bench.sent() == 1);
        CHECK(bench.uplink.frames.back().inbound().event_id() == "MESSAGE_CREATE:12");
        bench.record(12);
        CHECK(bench.places == std::vector<std::int64_t>{4});
        bench.intake.complete("MESSAGE_CREATE:10", {.words = {"<media:image> a.png"}});
        CHECK(bench.uplink.frames.at(1).inbound().attachments(0) == "<media:image> a.png");
        CHECK(bench.uplink.frames.at(2).inbound().event_id() == "MESSAGE_CREATE:11");
        bench.record(10);
        bench.record(11);
        CHECK(bench.places.back() == 7);
    }
    TEST_CASE("a message that is withdrawn is not sent, lets those behind it go and its memory be "
              "used") {
        IntakeBench bench;
        auto held = message(10);
        held.lease = std::make_shared<int>(0);
        const std::weak_ptr<const void> lease = held.lease;
        bench.intake.arrived(5);
        bench.intake.offer(std::move(held), 5, Intake::Held::with_channel);
        bench.come(11, 6);
        CHECK(bench.sent() == 0);
        CHECK(bench.intake.withdraw("MESSAGE_CREATE:10"));
        CHECK(lease.expired());
        CHECK(bench.uplink.frames.back().inbound().event_id() == "MESSAGE_CREATE:11");
        CHECK(bench.places == std::vector<std::int64_t>{5});
        CHECK_FALSE(bench.intake.withdraw("MESSAGE_CREATE:10"));
        CHECK_FALSE(bench.intake.withdraw("MESSAGE_CREATE:11")); // it was sent
    }
    TEST_CASE("what is remembered comes back in the next life") {
        StateBench bench;
        const Session session{.id = "s", .resume_url = "wss://r", .identity = "bot/1"};
        bench.remembered.use_bot(Snowflake{900});
        bench.remembered.set_session(session, 1);
        IdentifyBudget budget;
        budget.take(bench.clock.unix_ms());
        bench.uplink.frames.push_back(bench.remembered.set_budget(budget));
        bench.remembered.set_commands("c1");
        bench.remembered.set_refusals("1795000000:3");
        bench.remembered.set_place(40);
        bench.remembered.set_place(42);
        bench.remembered.saw(Snowflake{7}, Snowflake{100});
        bench.remembered.saw(Snowflake{8}, Snowflake{200});
        bench.remembered.saw(Snowflake{7}, Snowflake{90}); // older
        bench.alarms.advance(2s);
        Remembered next(bench.alarms, bench.uplink, bench.state());
        CHECK(next.session() == session);
        CHECK(next.place() == 42);
        CHECK(next.budget().text() == budget.text());
        CHECK(next.commands() == "c1");
        CHECK(next.refusals() == "1795000000:3");
        next.use_bot(Snowflake{900});
        REQUIRE(next.channels().size() == 2);
        CHECK(next.channels()[0] == std::pair(Snowflake{8}, Snowflake{200}));
        CHECK(next.channels()[1] == std::pair(Snowflake{7}, Snowflake{100}));
        next.use_bot(Snowflake{901});
        CHECK(next.channels().empty());
    }
    TEST_CASE("places are written once a second at most, a new session at once") {
        StateBench bench;
        for (int i = 1; i <= 100; ++i) {
            bench.remembered.set_place(i);
            bench.alarms.advance(50ms);
        }
        CHECK(bench.uplink.frames.size() <= 6);
        bench.remembered.set_session({.id = "s"}, 1);
        CHECK(bench.state().at("place") == "1");
        CHECK(bench.state().at("session").contains("\"s\""));
    }
    TEST_CASE("only the channels with the newest messages are kept") {
        StateBench bench;
        bench.remembered.use_bot(Snowflake{900});
        for (std::uint64_t i = 1; i <= 2000; ++i)
            bench.remembered.saw(Snowflake{i}, Snowflake{10'000 + i});
        bench.remembered.flush();
        CHECK(bench.state().at("seen").size() < 16'000);
        Remembered next(bench.alarms, bench.uplink, bench.state());
        CHECK(next.channels().size() == Remembered::most_channels);
        CHECK(next.channels().front().first == Snowflake{2000});
    }
    TEST_CASE("a gap keeps its beginning until it is closed, whatever comes since and however "
              "often it is lost") {
        StateBench bench;
        bench.remembered.use_bot(Snowflake{900});
        bench.remembered.saw(Snowflake{7}, Snowflake{100});
        bench.remembered.open_gap();
        bench.remembered.saw(Snowflake{7}, Snowflake{500}); // live, in the new session
        bench.remembered.saw(Snowflake{8}, Snowflake{501});
        bench.remembered.flush();
        Remembered next(bench.alarms, bench.uplink, bench.state()); // a crash
        next.use_bot(Snowflake{900});
        REQUIRE(next.gap().size() == 1);
        CHECK(next.gap()[0] == std::pair(Snowflake{7}, Snowflake{100}));
        next.open_gap(); // lost again
        REQUIRE(next.gap().size() == 2);
        CHECK(next.gap()[1] == std::pair(Snowflake{7}, Snowflake{100}));
        next.close_gap();
        CHECK(Remembered(bench.alarms, bench.uplink, bench.state()).gap().empty());
    }
    TEST_CASE("nonsense in the state is no state") {
        StateBench bench;
        Remembered next(
            bench.alarms, bench.uplink,
            {{"session", "{"}, {"place", "x"}, {"seen", "a b:c 1:2:3"}, {"identifies", "-"}});
        CHECK_FALSE(next.session());
        CHECK(next.place() == 0);
        CHECK(next.channels().empty());
    }

    TEST_CASE("urgent requests leave first, and each bucket keeps its order") {
        QueueBench bench;
        bench.add("a", here);
        bench.add("b", here);
        bench.add("c", there);
        bench.add("typing", "/channels/7003/typing", Priority::cosmetic);
        bench.add("ack", "/interactions/4200/tok/callback", Priority::answer);
        CHECK(bench.turns.empty()); // never from inside
        bench.run();
        CHECK(bench.turns == Words{"ack", "a", "c", "typing"}); // "b" waits for what "a" teaches
        bench.queue.settle(route_of("POST", here),
                           {.bucket = "x", .limit = 5, .remaining = 0, .reset_after = 3s});
        bench.run();
        CHECK(bench.turns.size() == 4);
        bench.alarms.advance(3s);
        CHECK(bench.turns.back() == "b");
    }
    TEST_CASE("who would rather never than late is left away") {
        QueueBench bench;
        bench.add("a", here);
        bench.add("b", here, Priority::final, true);
        bench.run();
        CHECK(bench.turns == Words{"a", "b dropped"});
    }
    TEST_CASE("who holds what others wait for comes back when its limit wants more than a moment") {
        QueueBench bench;
        const auto route = route_of("POST", here);
        bench.queue.refuse(route, {.retry_after = 900ms});
        bench.queue.submit(Priority::final, bench.job("soon", here, false, true));
        bench.run();
        CHECK(bench.turns.empty());
        bench.alarms.advance(950ms);
        CHECK(bench.turns == Words{"soon"});
        bench.queue.settle(route, {});
        bench.queue.refuse(route, {.retry_after = 7s});
        bench.queue.submit(Priority::final, bench.job("first", here));
        bench.queue.submit(Priority::final, bench.job("files", here, false, true));
        bench.run();
        CHECK(bench.turns.back() == "files came back"); // though another is before it
        CHECK(bench.queue.time_until_free(route) > 7s);
        CHECK(bench.queue.waiting() == 1);
    }
    TEST_CASE("a refused request goes again in its old place when the pause is over") {
        QueueBench bench;
        const auto ticket = bench.add("a", here);
        bench.add("b", here);
        bench.run();
        const auto route = route_of("POST", here);
        bench.queue.refuse(route, {.retry_after = 2s});
        bench.queue.settle(route, {});
        bench.queue.submit_again(ticket, bench.job("a again", here));
        bench.run();
        CHECK(bench.turns == Words{"a"});
        bench.alarms.advance(2100ms);
        CHECK(bench.turns == Words{"a", "a again"});
        bench.queue.settle(route, {});
        bench.run();
        CHECK(bench.turns.back() == "b");
    }
    TEST_CASE("what an earlier life was asked to wait holds the queue of this one") {
        QueueBench bench;
        const RateRefusal refusal{.retry_after = 1h, .is_global = true};
        bench.queue.hold(Buckets::held_name(route_of("POST", here), refusal), 40s);
        bench.add("a", here);
        bench.queue.submit(Priority::final, bench.job("b", there, false, true));
        bench.run();
        CHECK(bench.turns == Words{"b came back"});
        CHECK(bench.queue.time_until_free(route_of("POST", there)) > 39s);
        bench.alarms.advance(40s);
        CHECK(bench.turns == Words{"b came back", "a"});
    }
    TEST_CASE("a withdrawn request does not leave") {
        QueueBench bench;
        bench.queue.withdraw(bench.add("a", here));
        bench.run();
        CHECK(bench.turns.empty());
    }

    TEST_CASE("messages wait in order until their channel is known") {
        FakeApi api;
        World world;
        Words known;
        ChannelLookups lookups(api, world, [&](const ChannelLookups::Waiting& waiting) {
            known.push_back(waiting.json);
        });
        lookups.wait(Snowflake{7001}, {.json = "a", .place = 1});
        lookups.wait(Snowflake{7001}, {.json = "b", .place = 2});
        CHECK(api.lines() == Words{"GET /channels/7001"});
        api.answer_ok(R"({"id":"7001","type":11,"guild_id":"8","parent_id":"7000","name":"t"})");
        CHECK(api.last().line == "GET /channels/7000");
        api.answer_ok(R"({"id":"7000","type":15,"guild_id":"8","name":"help"})");
        CHECK(known == Words{"a", "b"});
        CHECK(world.channel(Snowflake{7000})->takes_posts());
        lookups.wait(Snowflake{7009}, {.json = "c"});
        for (int i = 0; i < 3; ++i)
            api.lose();
        CHECK(known.back() == "c"); // it is a message all the same
    }

    TEST_CASE("what was written meanwhile is read from the last message on record, oldest first") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        World world;
        Words read;
        int over = 0;
        History history(
            clock, alarms, api, world,
            [&](json::View one) { read.emplace_back(one["content"].text()); }, [&] { ++over; });
        const auto recent =
            ((static_cast<std::uint64_t>(clock.unix_ms()) - 1'420'070'400'000u) << 22) -
            (60'000ull << 22);
        const auto id = [&](int more) {
            return std::to_string(recent + static_cast<std::uint64_t>(more));
        };
        const auto channel = [&](const std::string& which, int last) {
            return R"({"id":")" + which + R"(","type":1,"last_message_id":")" + id(last) + R"("})";
        };
        history.begin({{Snowflake{7001}, Snowflake{recent}},
                       {Snowflake{7002}, Snowflake{recent}},
                       {Snowflake{7003}, Snowflake{recent}}});
        CHECK(api.last().line == "GET /channels/7001");
        api.answer_ok(channel("7001", 0)); // nothing came
        alarms.advance(1ms);
        api.answer_ok(channel("7002", 2));
        CHECK(api.last().line == "GET /channels/7002/messages?after=" + id(0) + "&limit=100");
        api.lose();
        alarms.advance(3s);
        api.answer_ok(R"([{"id":")" + id(2) + R"(","content":"second"},{"id":")" + id(1) +
                      R"(","content":"first"}])");
        CHECK(read == Words{"first", "second"});
        alarms.advance(1ms);
        api.answer_error(403, 50001); // not for us any more
        alarms.advance(1ms);
        CHECK(history.is_idle());
        CHECK(over == 1);
        CHECK(history.found() == 2);
    }
    TEST_CASE("a channel that cannot be read now is read later, and holds up no other") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        World world;
        int over = 0;
        History history(
            clock, alarms, api, world, [](json::View) {}, [&] { ++over; });
        history.begin({{Snowflake{7001}, Snowflake{5}}, {Snowflake{7002}, Snowflake{5}}});
        for (int tries = 0; tries < 4; ++tries) {
            CHECK(api.last().line == "GET /channels/7001");
            api.lose();
            alarms.advance(tries == 3 ? 1ms : 31s);
        }
        CHECK(api.last().line == "GET /channels/7002");
        api.answer_error(403, 50001);
        alarms.advance(1ms);
        for (int tries = 0; tries < 4; ++tries) {
            CHECK(api.last().line == "GET /channels/7001");
            api.lose();
            alarms.advance(tries == 3 ? 1ms : 31s);
        }
        const auto asked = api.made.size();
        alarms.advance(4min);
        CHECK(api.made.size() == asked);
        CHECK(over == 0); // the gap is open
        alarms.advance(2min);
        CHECK(api.made.size() == asked + 1);
        api.answer_error(403, 50001);
        alarms.advance(1ms);
        CHECK(over == 1);
    }
    TEST_CASE("what is older than a day, and a channel without end, are not read") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        World world;
        History history(
            clock, alarms, api, world, [](json::View) {}, [] {});
        history.begin({{Snowflake{7001}, Snowflake{5}}});
        api.answer_ok(R"({"id":"7001","type":1})");
        const auto after = Snowflake::parse(
            api.last().line.substr(api.last().line.find('=') + 1,
                                   api.last().line.find('&') - api.last().line.find('=') - 1));
        REQUIRE(after);
        CHECK(after->unix_ms() >= clock.unix_ms() - 24 * 3'600'000 - 1000);
        auto newest = after->value;
        for (int page = 0; page < 5; ++page) {
            std::string list = "[";
            for (int i = 0; i < 100; ++i)
                list += (i > 0 ? "," : "") + std::string(R"({"id":")") + std::to_string(++newest) +
                        R"("})";
            api.answer_ok(list + "]");
        }
        alarms.advance(1ms);
        CHECK(history.is_idle());
        CHECK(history.found() == History::most_of_a_channel);
    }

    TEST_CASE(
        "commands are registered as one list, once, and again when the bot or the list changes") {
        StateBench bench;
        FakeApi api;
        const Settings settings;
        Commands commands(bench.alarms, api, bench.remembered, settings);
        commands.register_if_changed(Snowflake{900});
        CHECK(api.last().line == "PUT /applications/900/commands");
        api.lose();
        bench.alarms.advance(10s);
        api.answer_ok("[]");
        commands.register_if_changed(Snowflake{900});
        CHECK(api.made.size() == 2);
        commands.register_if_changed(Snowflake{901});
        CHECK(api.made.size() == 3);
        const auto list = json::Document::parse(commands_body(settings));
        REQUIRE(list);
        CHECK(list->root().size() >= 5);
        list->root().each_element([](json::View command) {
            CHECK(command["name"].text().size() <= 32);
            CHECK(command["description"].text().size() <= 100);
            CHECK(command["contexts"].size() == 3);
            return true;
        });
        Settings off;
        off.registers_commands = false;
        CHECK(commands_body(off) == "[]");
    }

    TEST_CASE("settings are read with their defaults, and an address of one's own serves the "
              "gateway, too") {
        const auto plain = read_settings("discord:work", "{}");
        REQUIRE(plain);
        CHECK(plain->account == "work");
        CHECK(plain->api_root == "https://discord.com/api/v10");
        CHECK(plain->gateway == "wss://gateway.discord.gg");
        CHECK(plain->user_agent.starts_with("DiscordBot ("));
        CHECK(plain->most_media_bytes == 100u << 20);
        CHECK(plain->chunk.limit == 2000);
        CHECK(plain->chunk.lines == 17);
        CHECK_FALSE(plain->previews);
        CHECK(plain->intents == (basic_intents | message_content));
        const auto own = read_settings(
            "discord:default",
            R"({"apiRoot":"http://127.0.0.1:8083/api/v10/","textChunkLimit":9000,"maxLinesPerMessage":0,
            "streaming":{"mode":"partial","chunkMode":"newline"},"intents":{"messageContent":false,"guildMembers":true},"commands":{"native":false},
            "activity":"chess","status":"idle","suppressEmbeds":false,"slashCommand":{"ephemeral":false},"replyToMode":"all","mediaMaxMb":0.5})");
        REQUIRE(own);
        CHECK(own->api_root == "http://127.0.0.1:8083/api/v10");
        CHECK(own->gateway == "ws://127.0.0.1:8083/gateway");
        CHECK(own->file_origins == std::vector<std::string>{"http://127.0.0.1:8083"});
        CHECK(own->most_media_bytes == 512u << 10);
        CHECK(own->chunk.limit == 2000);
        CHECK(own->chunk.each_paragraph);
        CHECK(own->previews);
        CHECK(own->intents == (basic_intents | guild_members));
        CHECK_FALSE(own->registers_commands);
        CHECK(own->presence == Presence{.status = "idle", .activity = "chess"});
    }
    TEST_CASE("an address that would show the token to the network is refused, and so is what is "
              "no token") {
        CHECK_FALSE(read_settings("d", R"({"apiRoot":"http://10.0.0.5/api"})"));
        CHECK_FALSE(read_settings("d", R"({"apiRoot":"discord.com"})"));
        CHECK(config::check_discord_token("MTIz.abc.def"));
        CHECK_FALSE(config::check_discord_token("Bot MTIz.abc.def"));
        CHECK_FALSE(config::check_discord_token("secret"));
        CHECK_FALSE(config::check_discord_token("a.b. c"));
    }
}
