#include "supervisor/rpc/logs.h"
#include "supervisor/rpc/loop_gauge.h"
#include "tests/unit/supervisor/rpc/fakes.h"
#include "tests/unit/supervisor/web/test_client.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>

using namespace openclaw;
using test::Desk;
using test::parsed;

namespace {

struct TemporaryFile {
    TemporaryFile() { ::close(::mkstemp(path)); }

    ~TemporaryFile() { ::unlink(path); }

    void append(const std::string& text) const { std::ofstream(path, std::ios::app) << text; }

    char path[32] = "/tmp/rpc-log-XXXXXX";
};

rpc::ChannelFacts channel(std::string account, bool is_default = true) {
    rpc::ChannelFacts facts;
    facts.channel = "telegram";
    facts.label = "Telegram";
    facts.account = std::move(account);
    facts.is_default = is_default;
    facts.token_source = "config";
    return facts;
}

process::WorkerView worker(std::string account, process::State state) {
    process::WorkerView view;
    view.id = "telegram:" + account;
    view.kind = "telegram";
    view.account = std::move(account);
    view.label = "Telegram";
    view.is_channel = true;
    view.state = state;
    view.pid = state == process::State::ready ? 42 : 0;
    return view;
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("health is one text for a second, and another as soon as a fact has changed") {
        Desk desk;
        const auto first = desk.health.payload();
        desk.conversations.add("agent:main:main", desk.loop.clock().unix_ms());
        CHECK(desk.health.payload() == first);
        desk.health.facts_changed();
        const auto document = parsed(desk.health.payload());
        const auto root = document.root();
        CHECK(root["ok"].boolean());
        CHECK(root["sessions"]["count"].integer() == 1);
        CHECK(root["sessions"]["recent"].at(0)["key"].text() == "agent:main:main");
        CHECK(root["agents"].at(0)["agentId"].text() == "main");
        CHECK(root["agents"].at(0)["isDefault"].boolean());
        CHECK(root["eventLoop"]["degraded"].type() == json::Type::boolean);
        CHECK(root["ts"].integer() > 1'600'000'000'000);
        CHECK(root["durationMs"].is_integer());
        CHECK(root["channelOrder"].is_array());
        CHECK(desk.ask("health") ==
              R"({"type":"res","id":"q","ok":true,"payload":)" + desk.health.payload() + "}");
    }

    TEST_CASE("a change of facts reaches everybody as one health event") {
        Desk desk;
        auto peer = desk.join({});
        desk.health.facts_changed();
        desk.health.facts_changed();
        REQUIRE(test::turn_until(desk.loop, [&] { return !peer->frames.empty(); }));
        CHECK(peer->frames.size() == 1);
        const auto event = parsed(peer->last());
        CHECK(event.root()["event"].text() == "health");
        CHECK(event.root()["stateVersion"]["health"].integer() == 2);
    }

    TEST_CASE("status has the promised parts, and names paths to admins only") {
        Desk desk;
        desk.ledger_counters.syncs = 7;
        const auto full = parsed(desk.ask("status"));
        for (const auto* key :
             {"runtimeVersion", "heartbeat", "channelSummary", "queuedSystemEvents", "tasks",
              "taskAudit", "sessions", "modelRuntime", "eventLoop", "processMemory", "pid"})
            CHECK_MESSAGE(full.root()["payload"][key], key);
        CHECK(full.root()["payload"]["sessions"]["paths"].at(0).text() == "/state/ledger.sqlite");
        CHECK(full.root()["payload"]["processMemory"]["rssBytes"].integer() > 0);
        CHECK(full.root()["payload"]["ledger"]["syncs"].integer() == 7);
        auto reader = desk.join({"operator.read"});
        const auto less = parsed(desk.ask(*reader, "status"));
        CHECK(less.root()["payload"]["sessions"]["paths"].size() == 0);
        CHECK(less.root()["payload"]["sessions"]["byAgent"].at(0)["path"].text() == "[redacted]");
    }

    TEST_CASE("channels.status joins the configuration, the worker and what the platform said") {
        Desk desk;
        desk.channels = {channel("default"), channel("alerts", false), channel("off", false)};
        desk.channels[0].connection = "connected";
        desk.channels[0].identity = "@my_bot";
        desk.channels[1].connection = "needs_operator";
        desk.channels[1].detail = "the bot token is not valid";
        desk.channels[2].enabled = false;
        desk.workers.list = {worker("default", process::State::ready),
                             worker("alerts", process::State::failed)};
        const auto document =
            parsed(desk.ask("channels.status", R"({"probe":false,"timeoutMs":8000})"));
        const auto payload = document.root()["payload"];
        CHECK(payload["channelOrder"].dump() == R"(["telegram"])");
        CHECK(payload["channelLabels"]["telegram"].text() == "Telegram");
        CHECK(payload["channelDefaultAccountId"]["telegram"].text() == "default");
        const auto accounts = payload["channelAccounts"]["telegram"];
        REQUIRE(accounts.size() == 3);
        CHECK(accounts.at(0)["connected"].boolean());
        CHECK(accounts.at(0)["running"].boolean());
        CHECK(accounts.at(0)["lastError"].is_null());
        CHECK(accounts.at(0)["probe"]["bot"]["username"].text() == "my_bot");
        CHECK_FALSE(accounts.at(1)["connected"].boolean());
        CHECK(accounts.at(1)["lastError"].text() == "the bot token is not valid");
        CHECK(accounts.at(2)["lifecycle"].text() == "disabled");
        CHECK(payload["channels"]["telegram"]["accountId"].text() == "default");
        REQUIRE(payload["statusIssues"].size() == 1);
        CHECK(payload["statusIssues"].at(0)["message"].text() ==
              "Telegram alerts: the bot token is not valid");
        const auto status = parsed(desk.ask("status"));
        CHECK(status.root()["payload"]["channelSummary"].at(0).text() ==
              "Telegram: connected (@my_bot)");
    }

    TEST_CASE("channels.start and channels.stop reach the worker of an account, or of all") {
        Desk desk;
        desk.channels = {channel("default"), channel("alerts", false)};
        desk.workers.list = {worker("default", process::State::ready),
                             worker("alerts", process::State::down)};
        CHECK(desk.ask("channels.stop", R"({"channel":"telegram","accountId":"default"})")
                  .contains(R"("stopped":true)"));
        CHECK(
            desk.ask("channels.start", R"({"channel":"telegram"})").contains(R"("started":true)"));
        CHECK(desk.workers.acts == std::vector<std::string>{"stop telegram:default",
                                                            "start telegram:default",
                                                            "start telegram:alerts"});
        CHECK(desk.ask("channels.start", R"({"channel":"pigeon"})")
                  .contains(R"("message":"invalid channels.start channel")"));
    }

    TEST_CASE(
        "workers.list shows every process, workers.get everything of one, workers.restart acts") {
        Desk desk;
        auto crashed = worker("default", process::State::backoff);
        crashed.attempt = 4;
        crashed.next_try_ms = 99;
        crashed.deaths.push_back({.at_ms = 50,
                                  .status = {.code = 0, .signal = 11},
                                  .words = "signal 11 SIGSEGV: memory fault",
                                  .last_line = {}});
        desk.workers.list = {crashed, worker("alerts", process::State::ready)};
        const auto list = parsed(desk.ask("workers.list"));
        const auto workers = list.root()["payload"]["workers"];
        REQUIRE(workers.size() == 2);
        CHECK(list.root()["payload"]["supervisor"]["pid"].integer() == getpid());
        CHECK(workers.at(0)["id"].text() == "telegram:default");
        CHECK(workers.at(0)["kind"].text() == "channel");
        CHECK(workers.at(0)["pid"].is_null());
        CHECK(workers.at(0)["backoff"].dump() == R"({"attempt":4,"nextAtMs":99})");
        CHECK(workers.at(0)["lastExit"]["reason"].text() == "signal 11 SIGSEGV: memory fault");
        CHECK(workers.at(1)["pid"].integer() == 42);
        const auto one = parsed(desk.ask("workers.get", R"({"id":"telegram:default"})"));
        CHECK(one.root()["payload"]["worker"]["deaths"].size() == 1);
        CHECK(desk.ask("workers.get", R"({"id":"nobody"})").contains("unknown worker"));
        CHECK(desk.ask("workers.restart", R"({"id":"telegram:default"})")
                  .contains(R"("ok":true,"id":"telegram:default")"));
        CHECK(desk.ask("workers.restart", R"({"id":"nobody"})").contains(R"("ok":false)"));
        CHECK(desk.workers.acts == std::vector<std::string>{"restart telegram:default"});
    }

    TEST_CASE("sessions.list pages and searches, the last updated first") {
        Desk desk;
        for (int i = 1; i <= 5; ++i)
            desk.conversations.add("agent:main:dashboard:" + std::to_string(i), i);
        desk.conversations.sessions[2].label = "Groceries";
        const auto page = parsed(desk.ask("sessions.list", R"({"limit":2,"offset":1})"));
        const auto payload = page.root()["payload"];
        CHECK(payload["count"].integer() == 2);
        CHECK(payload["totalCount"].integer() == 5);
        CHECK(payload["nextOffset"].integer() == 3);
        CHECK(payload["hasMore"].boolean());
        CHECK(payload["sessions"].at(0)["key"].text() == "agent:main:dashboard:4");
        CHECK(payload["sessions"].at(0)["modelProvider"].text() == "fake");
        const auto found = parsed(desk.ask("sessions.list", R"({"search":"grocer"})"));
        CHECK(found.root()["payload"]["totalCount"].integer() == 1);
        CHECK(desk.ask("sessions.list", R"({"offset":9})").contains(R"("count":0)"));
    }

    TEST_CASE("subscriptions belong to the connection, and keys are made canonical") {
        Desk desk;
        auto peer = desk.join({"operator.read"});
        CHECK(desk.ask(*peer, "sessions.subscribe", "{}")
                  .contains(R"("payload":{"subscribed":true})"));
        CHECK(desk.ask(*peer, "sessions.messages.subscribe", R"({"key":"main"})")
                  .contains(R"({"subscribed":true,"key":"agent:main:main"})"));
        CHECK(peer->subscriptions.session_messages.contains("agent:main:main"));
        CHECK(desk.ask(*peer, "sessions.messages.unsubscribe", R"({"key":"agent:main:main"})")
                  .contains(R"("subscribed":false)"));
        CHECK(peer->subscriptions.session_messages.empty());
        desk.ask(*peer, "sessions.unsubscribe");
        CHECK_FALSE(peer->subscriptions.sessions);
    }

    TEST_CASE("chat.history pages from the newest, and an unknown session is empty") {
        Desk desk;
        CHECK(desk.ask("chat.history", R"({"sessionKey":"agent:main:new"})")
                  .contains(R"("messages":[])"));
        desk.conversations.add("agent:main:main", 1);
        for (int i = 1; i <= 5; ++i)
            desk.conversations.say(i % 2 == 1 ? "user" : "assistant", "text " + std::to_string(i));
        const auto newest = parsed(desk.ask("chat.history", R"({"sessionKey":"main","limit":2})"));
        const auto payload = newest.root()["payload"];
        CHECK(payload["sessionKey"].text() == "main"); // as it was sent
        REQUIRE(payload["messages"].size() == 2);
        CHECK(payload["messages"].at(0)["content"].at(0)["text"].text() == "text 4");
        CHECK(payload["messages"].at(1)["content"].text() == "text 5");
        CHECK(payload["messages"].at(1)["__openclaw"]["seq"].integer() == 5);
        CHECK(payload["hasMore"].boolean());
        CHECK(payload["nextOffset"].integer() == 2);
        CHECK(payload["totalMessages"].integer() == 5);
        const auto older =
            parsed(desk.ask("chat.history", R"({"sessionKey":"main","limit":2,"offset":2})"));
        CHECK(older.root()["payload"]["messages"].at(1)["content"].text() == "text 3");
        const auto oldest =
            parsed(desk.ask("chat.history", R"({"sessionKey":"main","limit":2,"offset":4})"));
        CHECK(oldest.root()["payload"]["messages"].size() == 1);
        CHECK_FALSE(oldest.root()["payload"]["hasMore"].boolean());
        CHECK(desk.ask("chat.history", R"({"sessionKey":"main","offset":5})")
                  .contains(R"("messages":[])"));
    }

    TEST_CASE("chat.history continues after a cursor, or says reset") {
        Desk desk;
        desk.conversations.add("agent:main:main", 1);
        desk.conversations.say("user", "one");
        const auto first = parsed(desk.ask("chat.history", R"({"sessionKey":"main"})"));
        const std::string cursor(first.root()["payload"]["deltaCursor"].text());
        desk.conversations.say("assistant", "two");
        const auto news =
            parsed(desk.ask("chat.history", R"({"sessionKey":"main","cursor":")" + cursor + "\"}"));
        CHECK(news.root()["payload"]["kind"].text() == "delta");
        REQUIRE(news.root()["payload"]["messages"].size() == 1);
        CHECK(news.root()["payload"]["messages"].at(0)["content"].at(0)["text"].text() == "two");
        desk.conversations.sessions[0].session_id = "sid-2";
        CHECK(desk.ask("chat.history", R"({"sessionKey":"main","cursor":")" + cursor + "\"}")
                  .contains(R"({"kind":"reset"})"));
    }

    TEST_CASE("chat.history keeps within its byte limits and says when it cut") {
        Desk desk;
        desk.conversations.add("agent:main:main", 1);
        for (int i = 0; i < 4; ++i)
            desk.conversations.say("user", std::string(100, 'x'));
        const auto few =
            parsed(desk.ask("chat.history", R"({"sessionKey":"main","maxBytes":250})"));
        CHECK(few.root()["payload"]["messages"].size() == 2);
        CHECK(few.root()["payload"]["hasMore"].boolean());
        const auto cut = parsed(desk.ask("chat.history", R"({"sessionKey":"main","maxChars":10})"));
        CHECK(cut.root()["payload"]["messages"].at(0)["content"].text() == std::string(10, 'x'));
        CHECK(cut.root()["payload"]["messages"].at(0)["truncated"].boolean());
    }

    TEST_CASE("logs.tail reads the end, follows a cursor, and notices rotation") {
        const TemporaryFile file;
        for (int i = 1; i <= 5; ++i)
            file.append("line " + std::to_string(i) + "\n");
        file.append("half");
        const auto read = [&](std::optional<std::int64_t> cursor, std::size_t limit = 500,
                              std::int64_t max_bytes = 1000) {
            const auto tail = rpc::read_tail(
                {.file = file.path, .cursor = cursor, .limit = limit, .max_bytes = max_bytes});
            REQUIRE(tail);
            return *tail;
        };
        auto tail = read(std::nullopt, 2);
        CHECK(tail.lines == std::vector<std::string>{"line 4", "line 5"});
        CHECK(tail.truncated);
        CHECK(tail.cursor == tail.size);
        file.append(" done\nnext\n");
        CHECK(read(tail.cursor).lines == std::vector<std::string>{"half done", "next"});
        CHECK(read(read(tail.cursor).cursor).lines.empty());
        tail = read(std::nullopt, 500, 12); // the limit falls inside "half done"
        CHECK(tail.lines == std::vector<std::string>{"next"});
        CHECK(tail.truncated);
        CHECK(read(1, 500, 12).skipped_bytes > 0);
        tail = read(10'000);
        CHECK(tail.reset);
        CHECK(tail.lines.front() == "line 1");
        CHECK_FALSE(rpc::read_tail({.file = "/no/such/log"}));
    }

    TEST_CASE("logs.tail answers from the pool, and says when there is no file") {
        const TemporaryFile file;
        file.append("{\"a\":1}\n");
        Desk desk;
        CHECK(desk.ask("logs.tail").contains("logging to a file is off"));
        desk.facts.log_file = file.path;
        desk.owner->frames.clear();
        desk.ask("logs.tail", R"({"limit":5})");
        REQUIRE(test::turn_until(desk.loop, [&] { return !desk.owner->frames.empty(); }));
        CHECK(parsed(desk.owner->last()).root()["payload"]["lines"].at(0).text() == "{\"a\":1}");
    }

    TEST_CASE("config.get shows the redacted file and its hash") {
        Desk desk;
        desk.config = {.path = "/etc/openclaw.json",
                       .exists = true,
                       .raw_redacted = "{ // mine\n}",
                       .parsed_json_redacted = R"({"gateway":{"port":1}})",
                       .hash = "h1",
                       .applied_hash = "h0",
                       .valid = false,
                       .issues = {{.path = "gateway.port", .message = "too small"}}};
        const auto document = parsed(desk.ask("config.get", "{}"));
        const auto payload = document.root()["payload"];
        CHECK(payload["raw"].text() == "{ // mine\n}");
        CHECK(payload["parsed"]["gateway"]["port"].integer() == 1);
        CHECK(payload["hash"].text() == "h1");
        CHECK(payload["appliedConfigHash"].text() == "h0");
        CHECK_FALSE(payload["valid"].boolean());
        CHECK(payload["issues"].at(0)["message"].text() == "too small");
    }

    TEST_CASE("send delivers, and tells errors in the wire's words") {
        Desk desk;
        desk.ask(
            "send",
            R"({"to":"5","message":"hi","channel":"telegram","accountId":"a","threadId":"t","replyToId":"r","idempotencyKey":"k"})");
        REQUIRE(desk.outgoing.messages.size() == 1);
        CHECK(desk.outgoing.messages[0].account == "a");
        CHECK(desk.outgoing.messages[0].thread_id == "t");
        CHECK(desk.outgoing.messages[0].reply_to_message_id == "r");
        desk.outgoing.deliver(rpc::OutgoingReceipt{
            .channel = "telegram", .account = "a", .chat_id = "5", .message_id = "m"});
        CHECK(desk.owner->last().contains(R"("messageId":"m")"));
        desk.ask(
            "message.action",
            R"({"channel":"telegram","action":"send","params":{"target":"6","message":"yo"},"idempotencyKey":"k2"})");
        CHECK(desk.outgoing.messages[1].to == "6");
        desk.outgoing.deliver(
            fail(Code::unavailable, "the worker telegram:default is not running"));
        CHECK(desk.owner->last().contains(
            R"("code":"UNAVAILABLE","message":"the worker telegram:default is not running")"));
        CHECK(desk.ask("send", R"({"to":"5","idempotencyKey":"k4"})").contains("requires text"));
        desk.ask(
            "send",
            R"({"to":"5","buffer":"aGVsbG8=","filename":"../a.txt","contentType":"text/plain","idempotencyKey":"k5"})");
        REQUIRE(desk.outgoing.messages.back().files != nullptr);
        CHECK(desk.outgoing.messages.back().files->at(0).name == "a.txt");
        CHECK(desk.outgoing.messages.back().files->at(0).bytes == "hello");
        CHECK(desk.outgoing.messages.back().text.empty());
        CHECK(desk.ask("send", R"({"to":"5","mediaUrl":"https://x/y","idempotencyKey":"k6"})")
                  .contains("does not fetch"));
        CHECK(desk.ask("send", R"({"to":"5","mediaUrl":"a.png","idempotencyKey":"k7"})")
                  .contains("absolute path"));
    }

    TEST_CASE(
        "pairings are listed with their codes and approved by them, with a word to the person") {
        Desk desk;
        ledger::PairingRequest request;
        request.channel = "telegram";
        request.account = "default";
        request.sender_id = "77";
        request.code = "ABCD2345";
        request.meta_json = R"({"name":"Ann","handle":"ann"})";
        desk.pairings.requests = {request};
        auto reader = desk.join({"operator.read"});
        CHECK(desk.ask(*reader, "pairing.list").contains("missing scope: operator.pairing"));
        const auto list = parsed(desk.ask("pairing.list", "{}"));
        const auto row = list.root()["payload"]["requests"].at(0);
        CHECK(row["code"].text() == "ABCD2345");
        CHECK(row["requestId"].text() == "ABCD2345");
        CHECK(row["senderLabel"].text() == "Ann (@ann)");
        const auto published = parsed(desk.ask("channels.pairing.list", "{}"));
        const auto shown = published.root()["payload"]["requests"].at(0);
        CHECK(shown["channelLabel"].text() == "Telegram");
        CHECK(shown["createdAt"].text() == "1970-01-01T00:00:00.000Z");
        CHECK_FALSE(shown["code"]);
        CHECK(desk.ask("pairing.approve", R"({"channel":"telegram","code":"ZZZZ2345"})")
                  .contains("nobody waits"));
        desk.owner->frames.clear();
        desk.ask("pairing.approve", R"({"channel":"telegram","code":"abcd-2345","notify":true})");
        REQUIRE(desk.outgoing.messages.size() == 1);
        CHECK(desk.outgoing.messages[0].to == "77");
        CHECK(desk.owner->frames.empty());
        desk.outgoing.deliver(rpc::OutgoingReceipt{});
        CHECK(desk.owner->last().contains(R"("senderId":"77","notification":"sent")"));
    }

    TEST_CASE("messages.explain tells the story, or that there is none") {
        Desk desk;
        CHECK(desk.ask("messages.explain", R"({"id":"known"})")
                  .contains(R"("payload":{"id":"known","steps":[]})"));
        CHECK(desk.ask("messages.explain", R"({"id":"x"})").contains("nothing is known about x"));
    }

    TEST_CASE(
        "presence: we come first, lasting clients make entries, and callers in passing do not") {
        Desk desk;
        auto watcher = desk.join({});
        const auto before = parsed(desk.ask("system-presence", R"({"extra":1})"));
        CHECK(before.root()["payload"].at(0)["reason"].text() == "self");
        CHECK(before.root()["payload"].at(0)["mode"].text() == "gateway");
        test::FakePeer ui, cli;
        ui.client = {.id = "openclaw-tui",
                     .mode = "ui",
                     .version = "1",
                     .platform = "linux",
                     .display_name = {},
                     .device_family = {},
                     .instance_id = "i1",
                     .time_zone = {}};
        ui.connection_id = "c1";
        cli.client.mode = "cli";
        desk.presence.arrived(cli);
        CHECK(watcher->frames.empty());
        desk.presence.arrived(ui);
        REQUIRE(watcher->frames.size() == 1);
        CHECK(watcher->last().contains(R"("stateVersion":{"presence":2,"health":1})"));
        desk.presence.left(ui);
        const auto after = parsed(desk.presence.to_json());
        REQUIRE(after.root().size() == 2);
        CHECK(after.root().at(1)["reason"].text() == "disconnect");
        CHECK(after.root().at(1)["instanceId"].text() == "i1");
    }

    TEST_CASE("replays forget after five minutes and a thousand keys") {
        ManualClock clock;
        rpc::Replays replays(clock);
        const auto first = [&](const std::string& key) {
            return replays.begin(key, [](const rpc::Outcome&) {}) == rpc::Replays::Verdict::first;
        };
        CHECK(first("a"));
        CHECK_FALSE(first("a"));
        clock.advance(std::chrono::minutes(6));
        CHECK(first("a"));
        for (int i = 0; i < 1000; ++i)
            CHECK(first("k" + std::to_string(i)));
        CHECK(first("a"));
    }

    TEST_CASE("the loop is measured when somebody looks") {
        Loop loop;
        rpc::LoopGauge gauge(loop);
        const auto document = parsed(gauge.to_json());
        for (const auto* key : {"degraded", "degradedSinceMs", "reasons", "intervalMs",
                                "delayP99Ms", "delayMaxMs", "utilization", "cpuCoreRatio"})
            CHECK_MESSAGE(document.root()[key], key);
    }

    TEST_CASE(
        "a loop that stood still once is degraded for a minute, however seldom somebody looks") {
        Loop loop;
        ManualClock clock;
        rpc::LoopGauge gauge(loop, clock);
        const auto look_after = [&](Milliseconds pause) {
            clock.advance(pause);
            return parsed(gauge.to_json());
        };
        const auto stands_for = [&](Milliseconds pause) { // the probe is on its way
            clock.advance(pause);
            Timer last(loop);
            last.start(Milliseconds(0), [&] { loop.stop(); });
            loop.run();
        };
        CHECK_FALSE(look_after(std::chrono::seconds(2)).root()["degraded"].boolean());
        stands_for(Milliseconds(600));
        const auto stood = look_after(std::chrono::seconds(1));
        CHECK(stood.root()["degraded"].boolean());
        CHECK(stood.root()["delayP99Ms"].number() == doctest::Approx(600));
        stands_for(Milliseconds(1));
        CHECK(look_after(std::chrono::seconds(50)).root()["degraded"].boolean());
        CHECK_FALSE(look_after(std::chrono::seconds(11)).root()["degraded"].boolean());
        stands_for(Milliseconds(700));
        CHECK(
            look_after(std::chrono::hours(1)).root()["degraded"].boolean()); // it was not told yet
    }
}
