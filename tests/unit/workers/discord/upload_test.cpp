#include "tests/unit/workers/discord/delivery_bench.h"

using namespace openclaw;
using namespace openclaw::discord;
using namespace openclaw::discord::scripted;
using namespace std::chrono_literals;

namespace {

AttachedFile file_of(const std::string& name, std::size_t bytes = 5) {
    return attached_file(name, "", std::string(bytes, 'x'));
}

const std::vector<std::string> first_call = {"POST /channels/7001/messages"};

Answering to_channel(const std::string& channel, std::size_t bytes) {
    return {.action_id = "to " + channel,
            .to = {.channel = channel},
            .markdown = "look",
            .files = {file_of("a", bytes)}};
}

// The JSON of a form.
json::Document payload_of(const FakeApi::Made& made) {
    const auto begin = made.body.find("\r\n\r\n") + 4;
    auto document =
        json::Document::parse(made.body.substr(begin, made.body.find("\r\n--") - begin));
    REQUIRE(document);
    return std::move(*document);
}

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("files go with the first words of an answer; what does not fit follows behind it") {
        AttachedFiles files;
        for (int i = 0; i < 3; ++i)
            files.push_back(file_of("f", 9u << 20));
        const auto parts = parts_of(std::string(2000, 'a'), files, {}, largest_upload);
        REQUIRE(parts.size() == 3);
        CHECK(parts[0].files == std::vector<std::size_t>{0, 1});
        CHECK(parts[0].content.size() <= 1350);
        CHECK(parts[1].files.empty());
        CHECK(parts[2].content.empty());
        CHECK(parts[2].files == std::vector<std::size_t>{2});
    }
    TEST_CASE("files without a text are a message; nothing at all is none") {
        CHECK(parts_of("", {}, {}, largest_upload).empty());
        const auto parts = parts_of("", {file_of("a.txt")}, {}, largest_upload);
        REQUIRE(parts.size() == 1);
        CHECK(parts[0].content.empty());
    }
    TEST_CASE("a file that is too large is named instead, and the text is the same without it") {
        const AttachedFiles files = {file_of("big.bin", largest_upload + 1), file_of("a.txt")};
        const auto parts = parts_of("Here.", files, {}, largest_upload);
        REQUIRE(parts.size() == 1);
        CHECK(parts[0].content == "Here.\n-# Not attached: `big.bin` (10.5 MB): larger than the "
                                  "10.5 MB that Discord takes here");
        CHECK(parts[0].files == std::vector<std::size_t>{1});
    }
    TEST_CASE("notes never make a text too long, however the files are called") {
        const AttachedFiles files(10, file_of(std::string(200, 'n')));
        const auto text = std::string(3000, 'a');
        const auto large = parts_of(text, files, {}, 4).front();
        CHECK(large.content.contains(" and 8 more: "));
        CHECK(large.content.size() <= most_code_points);
        const auto refused = without_files(parts_of(text, files, {}, largest_upload).front(), files,
                                           "the bot may not attach files here");
        CHECK(refused.content.size() <= most_code_points);
        CHECK(refused.files.empty());
    }
    TEST_CASE("an answer with files is a form: the message as JSON, the files by number") {
        DeliveryBench bench;
        bench.begin("look", 1, 0, {file_of("a \"b\".txt"), file_of("c.png")});
        CHECK(bench.api.lines() == first_call);
        const auto& made = bench.api.last();
        CHECK(made.content_type.starts_with("multipart/form-data; boundary="));
        CHECK(made.body.contains("name=\"files[0]\"; filename=\"a %22b%22.txt\"\r\nContent-Type: "
                                 "text/plain\r\n\r\nxxxxx\r\n"));
        CHECK(made.body.contains("name=\"files[1]\"; filename=\"c.png\""));
        const auto payload = payload_of(made);
        CHECK(payload.root()["content"].text() == "look");
        CHECK(payload.root()["enforce_nonce"].boolean());
        CHECK(payload.root()["attachments"].at(0)["filename"].text() == "a \"b\".txt");
        CHECK(payload.root()["attachments"].at(1)["id"].integer() == 1);
        bench.api.answer_sent("55");
        CHECK(bench.told().back() == "SENT 0/1 #55");
    }
    TEST_CASE("a form whose answer was lost goes again with the same nonce") {
        DeliveryBench bench;
        bench.begin("look", 1, 0, {file_of("a.txt")});
        const std::string nonce(payload_of(bench.api.last()).root()["nonce"].text());
        bench.api.lose();
        bench.alarms.advance(1s);
        CHECK(payload_of(bench.api.last()).root()["nonce"].text() == nonce);
    }
    TEST_CASE("where files are refused the text goes without them, and says why") {
        for (const auto& [status, code] : {std::pair(403, 50013), std::pair(413, 40005)}) {
            DeliveryBench bench;
            bench.begin("look", 1, 0, {file_of("a.txt")});
            bench.api.answer_error(status, code);
            const auto body = bench.api.last_body();
            CHECK(body.root()["content"].text().starts_with("look\n-# Not attached: `a.txt`"));
            bench.api.answer_error(status, code); // not because of the files, then
            CHECK(bench.told().back().starts_with("FAILED 0/1"));
        }
    }
    TEST_CASE("a part keeps its number whatever is allowed where it goes") {
        const AttachedFiles files = {file_of("a.bin", 23'000'000), file_of("b.txt"),
                                     file_of("c.bin", 20'000'000)};
        const auto boosted = parts_of("Here.", files, {}, most_of_a_request);
        const auto plain = parts_of("Here.", files, {}, largest_upload);
        REQUIRE(boosted.size() == 2);
        REQUIRE(plain.size() == 2);
        CHECK(boosted[0].files == std::vector<std::size_t>{0, 1});
        CHECK(plain[0].files == std::vector<std::size_t>{1});
        CHECK(plain[0].content.starts_with("Here.\n-# Not attached: `a.bin`"));
        CHECK(plain[1].files.empty());
        CHECK(plain[1].content.starts_with("-# Not attached: `c.bin`"));
    }
    TEST_CASE("a life that may send less goes on with the part its predecessor had come to") {
        DeliveryBench bench;
        bench.tell_of_server(0);
        bench.begin("look", 2, 1, {file_of("a.bin", 20'000'000), file_of("b.bin", 20'000'000)});
        bench.api.answer_ok("[]"); // nothing of it is there
        CHECK(bench.api.last_body().root()["content"].text().starts_with("-# Not attached: `b"));
        bench.api.answer_sent("56");
        CHECK(bench.told().back() == "SENT 1/2 #56");
    }
    TEST_CASE("a server's boosts say how large a file may be") {
        for (const auto& [tier, takes_it] : {std::pair(1, false), std::pair(2, true)}) {
            DeliveryBench bench;
            bench.tell_of_server(tier);
            bench.begin("look", 1, 0, {file_of("big.bin", largest_upload + 1)});
            CHECK(bench.api.last().body.contains("files[0]") == takes_it);
        }
    }
    TEST_CASE("in a channel of which nothing is known Discord is asked, and the small files stay "
              "when it refuses the large ones") {
        DeliveryBench bench;
        bench.begin("look", 1, 0, {file_of("big.bin", largest_upload + 1), file_of("a.txt")});
        CHECK(bench.api.last().body.contains("big.bin"));
        bench.api.answer_error(413, 40005);
        const auto shorter = payload_of(bench.api.last());
        CHECK(shorter.root()["content"].text() ==
              "look\n-# Not attached: `big.bin` (10.5 MB): Discord finds them too large");
        CHECK(shorter.root()["attachments"].at(0)["filename"].text() == "a.txt");
        CHECK_FALSE(shorter.root()["attachments"].at(1));
    }
    TEST_CASE("a person's channel takes no more than a plain one, before and after it is opened") {
        DeliveryBench bench;
        bench.deliveries.begin({.action_id = "act",
                                .to = {.channel = {}, .person = "17"},
                                .markdown = "look",
                                .files = {file_of("big.bin", largest_upload + 1)}});
        CHECK(bench.api.last().line == "POST /users/@me/channels");
        bench.api.answer_ok(R"({"id":"60"})");
        CHECK(bench.api.last_body().root()["content"].text().contains("Not attached: `big.bin`"));
        World world;
        world.learn_channel(json::Document::parse(R"({"id":"60","type":1})")->root());
        CHECK(world.largest_upload_to(Snowflake{60}) == largest_upload);
    }
    TEST_CASE("an interaction says how large a file may be, whatever is known of its channel") {
        for (const auto& [limit, takes_it] : {std::pair(4, false), std::pair(500, true)}) {
            DeliveryBench bench;
            bench.interactions.acknowledge({.id = Snowflake{4200},
                                            .token = "tok",
                                            .type = InteractionType::command,
                                            .largest_upload = static_cast<std::size_t>(limit)},
                                           "event", [] {});
            bench.api.answer_ok("{}");
            bench.interactions.on_traced("event", "trace");
            bench.begin("look", 1, 0, {file_of("a.txt")});
            CHECK(bench.api.last().line == "POST /webhooks/900/tok");
            CHECK(bench.api.last().body.contains("files[0]") == takes_it);
        }
    }
    TEST_CASE("as much leaves at once as one request may hold") {
        DeliveryBench bench;
        const auto answer = [](const std::string& channel) {
            return Answering{.action_id = "to " + channel,
                             .to = {.channel = channel},
                             .markdown = "look",
                             .files = {file_of("a", 10'000'000), file_of("b", 5'000'000)}};
        };
        bench.deliveries.begin(answer("1"));
        bench.deliveries.begin(answer("2"));
        CHECK(bench.api.made.size() == 1);
        bench.api.answer_sent("55");
        bench.alarms.advance(1ms);
        CHECK(bench.api.lines().back() == "POST /channels/2/messages");
        bench.deliveries.begin(answer("3"));
        bench.deliveries.begin(answer("4"));
        CHECK(bench.told().back() == "FAILED 0/0 busy");
    }
    TEST_CASE("who waits for a rate limit does not keep others' files from leaving") {
        DeliveryBench bench;
        bench.deliveries.begin(to_channel("1", 15'000'000));
        bench.deliveries.begin(to_channel("2", 12'000'000));
        CHECK(bench.api.last().comes_back);
        bench.api.answer(too_early_answer(7s));
        CHECK(bench.told().back() == "HELD 0/1");
        bench.alarms.advance(1ms);
        CHECK(bench.api.lines().back() == "POST /channels/2/messages");
        bench.alarms.advance(8s);
        CHECK(bench.api.made.size() == 2); // the other way round now
        bench.api.answer_sent("55");
        bench.alarms.advance(1ms);
        CHECK(bench.api.lines().back() == "POST /channels/1/messages");
    }
    TEST_CASE("an answer waits for others' files no longer than it is wanted") {
        DeliveryBench bench;
        auto late = to_channel("2", 12'000'000);
        late.expires_at_ms = bench.clock.unix_ms() + 10'000;
        bench.deliveries.begin(to_channel("1", 15'000'000));
        bench.deliveries.begin(std::move(late));
        bench.alarms.advance(11s);
        CHECK(bench.told().back() == "FAILED 0/1 expired permanent");
        bench.api.answer_sent("55"); // and nothing is left of it in the way of the next
        bench.alarms.advance(1ms);
        bench.deliveries.begin(to_channel("3", 15'000'000));
        CHECK(bench.api.lines().back() == "POST /channels/3/messages");
    }
    TEST_CASE("a try that may stand is not called failed when the answer's time is over") {
        DeliveryBench bench;
        auto late = to_channel("2", 12'000'000);
        late.expires_at_ms = bench.clock.unix_ms() + 10'000;
        bench.deliveries.begin(std::move(late));
        bench.deliveries.begin(to_channel("1", 15'000'000));
        bench.api.lose();
        bench.alarms.advance(11s);
        CHECK(bench.told().back() == "UNKNOWN 0/1 expired");
    }
    TEST_CASE("files leave in the order they came: a large one is not starved by small ones") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        UploadGate gate(alarms);
        std::string order;
        const auto enter = [&](char who, std::size_t bytes, auto&& self) -> void {
            if (gate.enter(bytes, [&, who, bytes] { self(who, bytes, self); })) order += who;
        };
        enter('a', 10'000'000, enter);
        enter('B', 20'000'000, enter);
        enter('c', 1'000'000, enter);
        CHECK(order == "a"); // "c" would fit, and keeps its place
        gate.leave(10'000'000);
        alarms.advance(1ms);
        CHECK(order == "aBc");
    }
    TEST_CASE("who waits no longer gives its turn to the next") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        UploadGate gate(alarms);
        bool came = false;
        CHECK(gate.enter(20'000'000, [] {}));
        CHECK_FALSE(gate.enter(20'000'000, [] {}));
        CHECK_FALSE(gate.enter(20'000'000, [&] { came = true; }));
        gate.leave(20'000'000);
        alarms.advance(1ms);
        CHECK(came);
    }
}
