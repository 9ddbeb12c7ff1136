#include "tests/unit/workers/scripted.h"
#include "workers/discord/gateway.h"
#include "workers/discord/intents.h"

#include <doctest/doctest.h>

#include <map>

using namespace openclaw;
using namespace openclaw::discord;
using namespace std::chrono_literals;

namespace {

// Discord and the rest of the worker, in the hands of a test.
struct GatewayBench : Gateway::Wire, Gateway::Listener {
    explicit GatewayBench(IdentifyBudget budget = {},
                          std::uint32_t intents = basic_intents | message_content)
        : gateway({clock, alarms, *this, *this},
                  {.token = Secret("bot.secret.part"), .intents = intents, .presence = {}},
                  std::move(budget)) {}

    void ask() override { events.emplace_back("ask"); }

    void connect(const std::string& url) override {
        events.push_back("connect " + url);
        ++connections;
    }

    void send(const std::string& payload) override { sent.push_back(payload); }

    void close(std::uint16_t code) override { events.push_back("close " + std::to_string(code)); }

    void on_dispatch(const Gateway::Dispatch& dispatch) override {
        dispatches.push_back(std::string(dispatch.type) + (dispatch.is_replay ? " replayed" : ""));
    }

    void on_session(const Session& session, bool lost) override {
        events.push_back("session " + session.id + (lost ? " after a lost one" : ""));
    }

    void on_live(bool resumed) override { events.push_back(resumed ? "resumed" : "live"); }

    void on_heartbeat_acknowledged() override {}

    void on_interrupted(const CloseMeaning& why, std::string_view, int,
                        Milliseconds next) override {
        events.push_back("interrupted " + std::string(why.word));
        next_try = next;
    }

    void on_waiting(Milliseconds pause) override {
        events.emplace_back("waiting");
        next_try = pause;
    }

    void on_identify(const IdentifyBudget& budget, std::uint64_t number) override {
        kept = budget.text();
        attempt = number;
        if (is_kept) gateway.on_identify_recorded(attempt, *is_kept);
    }

    void on_identified(const IdentifyBudget& budget) override { kept = budget.text(); }

    void on_reduced() override { events.emplace_back("reduced"); }

    void on_refused(const CloseMeaning& why) override {
        events.push_back("refused " + std::string(why.word));
    }

    void dispatch(const std::string& type, int seq, const std::string& data = "{}") {
        gateway.on_message(R"({"op":0,"t":")" + type + R"(","s":)" + std::to_string(seq) +
                           R"(,"d":)" + data + "}");
    }

    void hello(int interval = 40'000) {
        gateway.on_open();
        gateway.on_message(R"({"op":10,"d":{"heartbeat_interval":)" + std::to_string(interval) +
                           "}}");
    }

    void ready(const std::string& id = "s1",
               const std::string& guilds = R"([{"id":"8","unavailable":true}])") {
        dispatch("READY", 1,
                 R"({"session_id":")" + id +
                     R"(","resume_gateway_url":"wss://r.example","guilds":)" + guilds + "}");
    }

    void go_live() {
        gateway.begin(std::nullopt, 0);
        gateway.on_info({.url = "wss://g.example"});
        hello();
        ready();
        dispatch("GUILD_CREATE", 2, R"({"id":"8"})");
        events.clear();
    }

    void ack() { gateway.on_message(R"({"op":11})"); }

    std::vector<int> opcodes() const {
        std::vector<int> ops;
        for (const auto& payload : sent)
            ops.push_back(static_cast<int>(json::Document::parse(payload)->root()["op"].integer()));
        return ops;
    }

    std::vector<json::Document> told(int opcode) const {
        std::vector<json::Document> payloads;
        for (const auto& payload : sent) {
            auto document = json::Document::parse(payload);
            if (document->root()["op"].integer() == opcode)
                payloads.push_back(std::move(*document));
        }
        return payloads;
    }

    // The pause after an end is over: "connect" or "ask".
    std::string next_step() {
        for (int i = 0; i < 400 && !last_event().starts_with("connect") && last_event() != "ask";
             ++i)
            alarms.advance(100ms);
        return last_event().substr(0, last_event().find(' '));
    }

    std::string last_event() const { return events.empty() ? "" : events.back(); }

    ManualClock clock;
    openclaw::scripted::FakeAlarms alarms{clock};
    std::vector<std::string> events, sent, dispatches;
    std::string kept;
    std::uint64_t attempt = 0;
    std::optional<bool> is_kept = true; // nothing: no answer
    int connections = 0;
    Milliseconds next_try{0};
    Gateway gateway;
};

using Words = std::vector<std::string>;

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("a first life asks, connects, identifies and waits for its servers") {
        GatewayBench bench;
        bench.gateway.begin(std::nullopt, 0);
        CHECK(bench.events == Words{"ask"});
        bench.gateway.on_info({.url = "wss://g.example"});
        CHECK(bench.last_event() ==
              "connect wss://g.example/?v=10&encoding=json&compress=zlib-stream");
        bench.hello();
        REQUIRE(bench.opcodes() == std::vector{2});
        const auto identify = json::Document::parse(bench.sent[0]);
        CHECK(identify->root()["d"]["token"].text() == "bot.secret.part");
        CHECK(identify->root()["d"]["presence"]["status"].text() == "online");
        CHECK(bench.kept != "");
        bench.ready();
        CHECK(bench.last_event() == "session s1");
        CHECK_FALSE(bench.gateway.is_live());
        bench.dispatch("GUILD_CREATE", 2, R"({"id":"8"})");
        CHECK(bench.last_event() == "live");
        CHECK(bench.dispatches == Words{"READY", "GUILD_CREATE"});
    }
    TEST_CASE("a bot of no server is live at once, and one whose server is out after a while") {
        GatewayBench lonely;
        lonely.gateway.begin(std::nullopt, 0);
        lonely.gateway.on_info({.url = "wss://g.example"});
        lonely.hello();
        lonely.ready("s1", "[]");
        CHECK(lonely.last_event() == "live");

        GatewayBench bench;
        bench.gateway.begin(std::nullopt, 0);
        bench.gateway.on_info({.url = "wss://g.example"});
        bench.hello();
        bench.ready();
        bench.ack();
        bench.alarms.advance(16s);
        CHECK(bench.last_event() == "live");
    }
    TEST_CASE("a kept session is resumed from the place on record, without asking and without a "
              "new session") {
        GatewayBench bench;
        bench.gateway.begin(
            Session{.id = "s9",
                    .resume_url = "wss://r.example",
                    .identity = "bot/" + std::to_string(basic_intents | message_content)},
            41);
        CHECK(bench.events ==
              Words{"connect wss://r.example/?v=10&encoding=json&compress=zlib-stream"});
        bench.hello();
        REQUIRE(bench.opcodes() == std::vector{6});
        CHECK(json::Document::parse(bench.sent[0])->root()["d"]["seq"].integer() == 41);
        bench.dispatch("MESSAGE_CREATE", 42);
        bench.dispatch("RESUMED", 43);
        CHECK(bench.dispatches == Words{"MESSAGE_CREATE replayed", "RESUMED"});
        CHECK(bench.last_event() == "resumed");
        CHECK(bench.kept == "");
    }
    TEST_CASE("a session whose own address cannot be reached is resumed at the usual one") {
        GatewayBench bench;
        bench.go_live();
        bench.gateway.on_closed(0, "cut");
        for (int attempt = 0; attempt < 2; ++attempt) {
            bench.alarms.advance(3s);
            CHECK(bench.last_event().starts_with("connect wss://r.example"));
            bench.gateway.on_closed(0, "refused: this worker may not connect there");
        }
        bench.alarms.advance(6s);
        CHECK(bench.last_event().starts_with("connect wss://g.example"));
        bench.sent.clear();
        bench.hello();
        CHECK(bench.opcodes() == std::vector{6});
    }
    TEST_CASE("a session of another bot is not resumed, and what it missed counts as lost") {
        GatewayBench bench;
        bench.gateway.begin(Session{.id = "s9", .resume_url = "wss://r", .identity = "other/1"},
                            41);
        CHECK(bench.events == Words{"ask"});
        bench.gateway.on_info({.url = "wss://g.example"});
        bench.hello();
        bench.ready();
        CHECK(bench.last_event() == "session s1 after a lost one");
    }
    TEST_CASE("heartbeats come with jitter, then on the interval, and carry the newest place") {
        GatewayBench bench;
        bench.go_live();
        bench.sent.clear();
        bench.alarms.advance(40s);
        REQUIRE(bench.opcodes() == std::vector{1});
        CHECK(json::Document::parse(bench.sent[0])->root()["d"].integer() == 2);
        bench.clock.advance(70ms);
        bench.ack();
        CHECK(bench.gateway.round_trip().has_value());
        bench.alarms.advance(40s);
        CHECK(bench.opcodes() == std::vector{1, 1});
    }
    TEST_CASE(
        "a heartbeat without an acknowledgement ends the connection, and the session is resumed") {
        GatewayBench bench;
        bench.go_live();
        while (bench.events.empty())
            bench.alarms.advance(100ms);
        bench.alarms.advance(250ms);
        CHECK(bench.events[0] == "close 4000");
        CHECK(bench.events[1] == "interrupted silent");
        CHECK(bench.last_event().starts_with("connect wss://r.example"));
    }
    TEST_CASE("a heartbeat the server asks for is answered at once and judged by nobody") {
        GatewayBench bench;
        bench.go_live();
        bench.alarms.advance(40s);
        bench.ack();
        bench.sent.clear();
        bench.gateway.on_message(R"({"op":1,"d":null})");
        CHECK(bench.opcodes() == std::vector{1});
        bench.alarms.advance(40s); // the next of its own: nothing was missed
        CHECK(bench.events.empty());
    }
    TEST_CASE("no session is begun before its IDENTIFY is on record") {
        GatewayBench bench;
        bench.is_kept.reset();
        bench.gateway.begin(std::nullopt, 0);
        bench.gateway.on_info({.url = "wss://g.example"});
        bench.hello();
        CHECK(bench.kept != "");
        CHECK(bench.opcodes().empty());
        bench.gateway.on_identify_recorded(bench.attempt - 1, true); // of another attempt
        CHECK(bench.opcodes().empty());
        bench.gateway.on_identify_recorded(bench.attempt, true);
        CHECK(bench.opcodes() == std::vector{2});
        bench.gateway.on_identify_recorded(bench.attempt, true);
        CHECK(bench.opcodes() == std::vector{2});
        bench.ready();
        CHECK(bench.last_event() == "session s1");
    }
    TEST_CASE("the distance to the next IDENTIFY counts from when one leaves, however long its "
              "record takes") {
        GatewayBench bench;
        bench.is_kept.reset();
        bench.gateway.begin(std::nullopt, 0);
        bench.gateway.on_info({.url = "wss://g.example"});
        bench.hello(600'000);
        bench.alarms.advance(4s);
        const auto early = bench.kept;
        bench.gateway.on_identify_recorded(bench.attempt, true);
        CHECK(bench.kept != early); // for the next life, too
        bench.gateway.on_message(R"({"op":9,"d":false})");
        Milliseconds passed{0};
        for (; passed < 20s && bench.connections < 2; passed += 50ms) {
            if (bench.last_event() == "ask") bench.gateway.on_info({.url = "wss://g.example"});
            bench.alarms.advance(50ms);
        }
        CHECK(passed >= 5s);
        CHECK(passed < 7s);
    }
    TEST_CASE("an IDENTIFY that cannot be put on record, or not in time, does not leave") {
        for (const bool is_answered : {true, false}) {
            CAPTURE(is_answered);
            GatewayBench bench;
            bench.is_kept = is_answered ? std::optional(false) : std::nullopt;
            bench.gateway.begin(std::nullopt, 0);
            bench.gateway.on_info({.url = "wss://g.example"});
            bench.hello(600'000);
            if (!is_answered) bench.alarms.advance(5s);
            CHECK(bench.last_event() == "interrupted unrecorded");
            bench.gateway.on_identify_recorded(bench.attempt, true);
            CHECK(bench.opcodes().empty());
        }
    }
    TEST_CASE("op 7 reconnects at once and resumes; never closes with 1000") {
        GatewayBench bench;
        bench.go_live();
        bench.gateway.on_message(R"({"op":7})");
        CHECK(bench.events == Words{"close 4000", "interrupted reconnect"});
        bench.alarms.advance(300ms);
        CHECK(bench.last_event().starts_with("connect wss://r.example"));
        bench.hello();
        CHECK(bench.opcodes().back() == 6);
    }
    TEST_CASE("op 7 again and again is met with growing pauses") {
        GatewayBench bench;
        bench.go_live();
        const auto before = bench.connections;
        for (int i = 0; i < 300; ++i) {
            bench.alarms.advance(1s);
            if (!bench.last_event().starts_with("connect")) continue;
            bench.hello();
            bench.dispatch("RESUMED", 3);
            bench.gateway.on_message(R"({"op":7})");
        }
        CHECK(bench.connections - before <= 20);
    }
    TEST_CASE("op 9 true resumes after one to five seconds; op 9 false begins anew and says what "
              "was lost") {
        GatewayBench bench;
        bench.go_live();
        bench.gateway.on_message(R"({"op":9,"d":true})");
        CHECK(bench.next_try >= 1s);
        bench.alarms.advance(6s);
        bench.hello();
        CHECK(bench.opcodes().back() == 6);
        bench.gateway.on_message(R"({"op":9,"d":false})");
        CHECK(bench.next_try >= 1s);
        bench.alarms.advance(8s);
        CHECK(bench.last_event() == "ask");
        bench.gateway.on_info({.url = "wss://g.example"});
        bench.alarms.advance(6s);
        bench.hello();
        CHECK(bench.opcodes().back() == 2);
        bench.ready("s2");
        CHECK(bench.last_event() == "session s2 after a lost one");
    }
    TEST_CASE("a session that is resumed in vain three times is given up") {
        GatewayBench busy;
        busy.go_live();
        busy.gateway.on_closed(0, "reset");
        for (int i = 0; i < 3; ++i) {
            CHECK(busy.next_step() == "connect");
            busy.hello();
            CHECK(busy.opcodes().back() == 6);
            busy.gateway.on_message(R"({"op":9,"d":true})");
        }
        CHECK(busy.next_step() == "ask");
        busy.gateway.on_info({.url = "wss://g.example"});
        busy.alarms.advance(6s);
        busy.hello();
        busy.ready("s2");
        CHECK(busy.last_event() == "session s2 after a lost one");

        GatewayBench silent;
        silent.go_live();
        silent.gateway.on_closed(0, "reset");
        for (int i = 0; i < 3; ++i) {
            CHECK(silent.next_step() == "connect");
            silent.hello();
            silent.alarms.advance(30s); // neither RESUMED nor an end
        }
        CHECK(silent.next_step() == "ask");

        GatewayBench cut_off; // perhaps an outage, in which sessions are dear
        cut_off.go_live();
        cut_off.gateway.on_closed(0, "reset");
        for (int i = 0; i < 10; ++i) {
            CHECK(cut_off.next_step() == "connect");
            cut_off.hello();
            cut_off.gateway.on_closed(4000, "");
        }
        CHECK(cut_off.next_step() == "ask");
    }
    TEST_CASE("an outage of five minutes costs at most twenty attempts, and the end of it is "
              "noticed within half a minute") {
        GatewayBench bench;
        bench.go_live();
        const auto before = bench.connections;
        bench.gateway.on_closed(0, "reset");
        auto longest = Milliseconds(0);
        for (int i = 0; i < 3000; ++i) {
            bench.alarms.advance(100ms);
            if (!bench.last_event().starts_with("connect")) continue;
            bench.gateway.on_closed(0, "refused");
            longest = std::max(longest, bench.next_try);
        }
        CHECK(bench.connections - before >= 10);
        CHECK(bench.connections - before <= 20);
        CHECK(longest <= 30s);
    }
    TEST_CASE(
        "a server that has forgotten the session by the end of an outage is not kept waiting") {
        GatewayBench bench;
        bench.go_live();
        bench.gateway.on_closed(0, "reset");
        const auto connects = [&] { return bench.last_event().starts_with("connect"); };
        for (int i = 0; i < 3000; ++i) {
            bench.alarms.advance(100ms);
            if (connects()) bench.gateway.on_closed(0, "refused");
        }
        while (!connects())
            bench.alarms.advance(100ms);
        bench.hello();
        bench.gateway.on_message(R"({"op":9,"d":false})");
        CHECK(bench.next_try >= 1s);
        CHECK(bench.next_try <= 5s);
    }
    TEST_CASE("every close code is answered as the table says") {
        for (const auto& row : close_meanings()) {
            CAPTURE(row.code);
            GatewayBench bench;
            bench.go_live();
            for (int i = 0; i < 3; ++i) { // it served well for two minutes
                bench.alarms.advance(39s);
                bench.ack();
            }
            bench.events.clear();
            bench.gateway.on_closed(row.code, "");
            const auto word = std::string(row.word);
            switch (row.after) {
            case AfterClose::resume:
            case AfterClose::resume_later:
            case AfterClose::report:
                CHECK(bench.last_event() == "interrupted " + word);
                if (row.after == AfterClose::resume_later) CHECK(bench.next_try >= 5s);
                bench.alarms.advance(7s);
                CHECK(bench.last_event().starts_with("connect wss://r.example"));
                break;
            case AfterClose::identify:
                CHECK(bench.last_event() == "interrupted " + word);
                bench.alarms.advance(7s);
                CHECK(bench.last_event() == "ask");
                break;
            case AfterClose::reduce:
                CHECK(bench.events == Words{"reduced", "interrupted intents"});
                break;
            case AfterClose::refused:
            case AfterClose::give_up:
                CHECK(bench.events == Words{"refused " + word});
                bench.alarms.advance(10min);
                CHECK(bench.events.size() == 1);
                break;
            }
        }
    }
    TEST_CASE("a code nobody has written down counts as a broken connection") {
        CHECK(close_meaning(4999).after == AfterClose::resume);
        CHECK(close_meaning(1006).word == "network");
    }
    TEST_CASE("without the privileged intents it goes on once, then a person must act") {
        GatewayBench bench;
        bench.go_live();
        bench.gateway.on_closed(4014, "");
        bench.alarms.advance(2s);
        bench.gateway.on_info({.url = "wss://g.example"});
        bench.alarms.advance(6s);
        bench.hello();
        const auto identify = json::Document::parse(bench.sent.back());
        CHECK(identify->root()["d"]["intents"].integer() == basic_intents);
        bench.gateway.on_closed(4014, "");
        CHECK(bench.last_event() == "refused intents");
    }
    TEST_CASE("our own faults are reported instead of repeated for ever") {
        GatewayBench bench;
        bench.go_live();
        for (int i = 0; i < 2; ++i) {
            bench.gateway.on_closed(4002, "");
            bench.alarms.advance(10s);
            bench.hello();
        }
        bench.gateway.on_closed(4002, "");
        CHECK(bench.last_event() == "refused protocol");
    }
    TEST_CASE("each step has its deadline") {
        GatewayBench silent;
        silent.gateway.begin(std::nullopt, 0);
        silent.gateway.on_info({.url = "wss://g.example"});
        silent.gateway.on_open();
        silent.alarms.advance(21s); // no HELLO
        CHECK(silent.events[2] == "close 4000");
        CHECK(silent.events[3] == "interrupted timeout");

        GatewayBench hung;
        hung.gateway.begin(std::nullopt, 0);
        hung.gateway.on_info({.url = "wss://g.example"});
        hung.hello(600'000);
        hung.alarms.advance(31s); // no READY
        CHECK(hung.events[3] == "interrupted timeout");
    }
    TEST_CASE("what makes no sense ends the connection") {
        for (const auto* nonsense : {"", "[]", "{", R"({"op":"x"})", "\xFF"}) {
            GatewayBench bench;
            bench.go_live();
            bench.gateway.on_message(nonsense);
            CHECK(bench.last_event() == "interrupted protocol");
        }
    }
    TEST_CASE("a server that grants few more sessions is not asked for one") {
        GatewayBench bench;
        bench.gateway.begin(std::nullopt, 0);
        bench.gateway.on_info(
            {.url = "wss://g.example", .total = 1000, .remaining = 100, .reset_after = 1h});
        CHECK(bench.connections == 0);
        CHECK(bench.last_event() == "waiting"); // and it is told
        CHECK(bench.next_try == 1h);
        bench.alarms.advance(59min);
        CHECK(bench.connections == 0);
        bench.alarms.advance(61s);
        CHECK(bench.last_event() == "ask");
    }
    TEST_CASE("a wait for the budget after op 9 is told, unless it is the usual moment") {
        for (const bool is_worn : {false, true}) {
            for (const bool says : {true, false}) {
                CAPTURE(is_worn);
                CAPTURE(says);
                IdentifyBudget budget;
                for (int i = 0; i < (is_worn ? 300 : 0); ++i)
                    budget.take(ManualClock().unix_ms() - 3'600'000);
                GatewayBench bench(budget);
                bench.go_live();
                bench.gateway.on_message(R"({"op":9,"d":false})");
                bench.alarms.advance(5s);
                REQUIRE(bench.last_event() == "ask");
                if (says) bench.gateway.on_info({.url = "wss://g.example"});
                if (!says) bench.gateway.on_info_failed();
                const bool is_told =
                    std::ranges::find(bench.events, "waiting") != bench.events.end();
                CHECK(is_told == is_worn);
                if (is_worn) CHECK(bench.next_try > 170s); // three minutes between two
            }
        }
    }
    TEST_CASE("a server that does not say where its gateway is, is asked again, then the known "
              "address is tried") {
        GatewayBench bench;
        bench.gateway.begin(std::nullopt, 0);
        for (int i = 0; i < 3; ++i) {
            bench.gateway.on_info_failed();
            CHECK(bench.connections == 0);
            bench.alarms.advance(30s);
        }
        bench.gateway.on_info_failed();
        CHECK(bench.last_event().starts_with("connect wss://gateway.discord.gg/"));
    }
    TEST_CASE("when it stops, the session is left to a successor") {
        GatewayBench bench;
        bench.go_live();
        bench.gateway.stop();
        CHECK(bench.events == Words{"close 4000"});
        bench.alarms.advance(10min);
        CHECK(bench.events.size() == 1);
    }
    TEST_CASE("presence is told at most every fifteen seconds, the last wish wins") {
        GatewayBench bench;
        bench.go_live();
        bench.sent.clear();
        bench.gateway.set_presence({.status = "idle"});
        bench.gateway.set_presence({.status = "dnd"});
        bench.gateway.set_presence({.status = "online", .activity = "chess"});
        CHECK(bench.opcodes() == std::vector{3});
        bench.alarms.advance(16s);
        const auto told = bench.told(3); // a heartbeat may come between
        REQUIRE(told.size() == 2);
        CHECK(told[1].root()["d"]["activities"].at(0)["state"].text() == "chess");
    }
    TEST_CASE("events before READY are of no session and are not passed on") {
        GatewayBench bench;
        bench.gateway.begin(std::nullopt, 0);
        bench.gateway.on_info({.url = "wss://g.example"});
        bench.hello();
        bench.dispatch("MESSAGE_CREATE", 7);
        CHECK(bench.dispatches.empty());
    }
    TEST_CASE("addresses keep what they have and say what we speak") {
        CHECK(gateway_address("wss://g", false) == "wss://g/?v=10&encoding=json");
        CHECK(gateway_address("ws://127.0.0.1:1/gateway", false) ==
              "ws://127.0.0.1:1/gateway?v=10&encoding=json");
        CHECK(gateway_address("wss://g/?a=b", true) ==
              "wss://g/?a=b&v=10&encoding=json&compress=zlib-stream");
    }
}

TEST_SUITE("workers/discord") {
    TEST_CASE("two sessions are at least five seconds apart, and the more of a day are used the "
              "further") {
        IdentifyBudget budget;
        std::int64_t now = 1'795'000'000'000;
        CHECK(budget.pause(now) == 0ms);
        budget.take(now);
        CHECK(budget.pause(now) >= 5s);
        CHECK(budget.pause(now + 6000) == 0ms);
        for (int i = 0; i < 200; ++i)
            budget.take(now);
        CHECK(budget.pause(now) >= 60s);
    }
    TEST_CASE("no day has more than nine hundred sessions, whoever asks and however often") {
        IdentifyBudget budget;
        std::int64_t now = 1'795'000'000'000;
        const auto begin = now;
        std::map<std::int64_t, int> by_hour;
        while (now < begin + 3 * 24 * 3'600'000ll) {
            now += budget.pause(now).count();
            budget = IdentifyBudget(budget.text()); // a crash after each
            budget.take(now);
            ++by_hour[(now - begin) / 3'600'000];
        }
        for (int from = 0; from + 24 <= 72; ++from) {
            int sum = 0;
            for (int hour = from; hour < from + 24; ++hour)
                sum += by_hour[hour];
            CHECK(sum <= 900);
        }
    }
    TEST_CASE("a new life keeps at least the distance that the old one would have kept") {
        IdentifyBudget budget;
        const std::int64_t now = 1'795'000'000'999;
        budget.take(now);
        CHECK(IdentifyBudget(budget.text()).pause(now) >= budget.pause(now));
    }
    TEST_CASE("the budget comes back as it was written, and nonsense is an empty one") {
        IdentifyBudget budget;
        for (int i = 0; i < 905; ++i)
            budget.take(1'795'000'000'000 + i * 1000);
        const auto text = budget.text();
        CHECK(text.size() < 4096);
        CHECK(IdentifyBudget(text).text() == text);
        CHECK(IdentifyBudget(text).used(1'795'000'905'000) == 900);
        CHECK(IdentifyBudget("12 x").used(1) == 0);
        CHECK(IdentifyBudget("").pause(5) == 0ms);
    }
    TEST_CASE("a clock that was set back locks nobody out") {
        IdentifyBudget budget;
        budget.take(1'795'000'000'000);
        CHECK(budget.pause(1'794'000'000'000) <= 6s);
        budget.take(1'794'000'000'000);
        CHECK(IdentifyBudget(budget.text()).used(1'794'000'000'000) == 2);
    }
}
