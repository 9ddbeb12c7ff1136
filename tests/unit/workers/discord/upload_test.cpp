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
        CHECK(parts[0].content.size() <= 1500);
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
    TEST_CASE("a boosted server and an interaction say how large a file may be") {
        DeliveryBench bench;
        const auto guild = json::Document::parse(
            R"({"id":"8","premium_tier":2,"channels":[{"id":"7001","type":0,"name":"x"}]})");
        bench.world.apply("GUILD_CREATE", guild->root());
        bench.begin("look", 1, 0, {file_of("big.bin", largest_upload + 1)});
        CHECK(bench.api.last().body.contains("files[0]"));
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
}
