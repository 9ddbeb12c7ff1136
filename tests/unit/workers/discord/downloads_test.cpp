#include "tests/unit/workers/discord/scripted.h"
#include "workers/discord/downloads.h"

using namespace openclaw;
using namespace openclaw::discord;
using namespace openclaw::discord::scripted;
using namespace std::chrono_literals;

namespace {

const std::string png = "\x89PNG\r\n\x1a\n and the rest";
const std::string files_at = "https://cdn.discordapp.com/attachments/";

class FakeCdn final : public Cdn {
  public:
    Id fetch(const std::string& url, std::size_t, Milliseconds, OnFile done) override {
        urls.push_back(url);
        open_.emplace(++last_, std::move(done));
        return last_;
    }

    void cancel(Id id) override { open_.erase(id); }

    void answer(CdnOutcome outcome) { // the oldest
        REQUIRE_FALSE(open_.empty());
        auto done = std::move(open_.begin()->second);
        open_.erase(open_.begin());
        done(std::move(outcome));
    }

    void refuse(const std::string& reason, bool may_pass) {
        answer(std::unexpected(CdnFailure{.reason = reason, .may_pass = may_pass}));
    }

    std::size_t open() const { return open_.size(); }

    std::vector<std::string> urls;

  private:
    Id last_ = 0;
    std::map<Id, OnFile> open_;
};

Attachment picture(const std::string& name, std::uint64_t size = 1000) {
    return {
        .kind = "image", .name = name, .mime = "image/png", .size = size, .url = files_at + name};
}

struct DownloadBench {
    // The words when there is nothing to fetch.
    std::vector<std::string> begin(std::vector<Attachment> attachments,
                                   const std::string& event = "e", const std::string& who = "17") {
        auto at_once = downloads.begin({.event_id = event,
                                        .attachments = std::move(attachments),
                                        .sender = who,
                                        .how = Said::directly});
        return at_once ? at_once->words : std::vector<std::string>();
    }

    ManualClock clock;
    FakeAlarms alarms{clock};
    FakeApi api;
    FakeCdn cdn;
    Settings settings;
    std::map<std::string, Fetched> done;
    Downloads downloads{
        {clock, alarms, api, cdn, settings},
        [this](const std::string& event, Fetched fetched) { done[event] = std::move(fetched); }};
};

json::Document parsed_message(const std::string& text) {
    auto document = json::Document::parse(text);
    REQUIRE(document);
    return std::move(*document);
}

using Lines = std::vector<std::string>;

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("an attachment is what its type says, or else its name; names are cleaned") {
        const auto message = parsed_message(R"({"attachments":[
            {"filename":"../a.png","content_type":"IMAGE/PNG; x=y","size":5,"url":"u"},
            {"filename":"notes.md","size":6},
            {"filename":"x","content_type":"video/mp4","size":7000000}],
            "sticker_items":[{"name":"s"}]})");
        const auto all = attachments_of(message.root());
        REQUIRE(all.size() == 4);
        CHECK(in_words(all[0]) == "<media:image> a.png, image/png, 5 bytes");
        CHECK(in_words(all[1]) == "<media:document> notes.md, text/markdown, 6 bytes");
        CHECK(in_words(all[2], "no") == "<media:video> x, video/mp4, 7.0 MB (no)");
        CHECK(in_words(all[3], "no") == "<media:sticker>");
    }
    TEST_CASE(
        "pictures and texts within the limits are fetched, the rest is named with its reason") {
        Attachment text{.kind = "document", .name = "a.txt", .mime = "text/plain", .size = 1000};
        auto long_text = text, pdf = text, voice = picture("v"), nothing = text;
        long_text.size = largest_text + 1;
        pdf.mime = "application/pdf";
        voice.is_voice = true;
        nothing.size = 0;
        const auto reasons = reasons_not_to_fetch(
            {picture("a"), text, picture("b", largest_image + 1), long_text, pdf, voice, nothing},
            100u << 20);
        CHECK(reasons == Lines{"", "", "not fetched: larger than 6.3 MB",
                               "not fetched: larger than 524 KB",
                               "not fetched: only pictures and texts are",
                               "voice messages are not listened to", "empty"});
    }
    TEST_CASE("the operator's limit and that of one message hold, too") {
        CHECK(reasons_not_to_fetch({picture("a", 2000)}, 1500).front() ==
              "not fetched: larger than 2 KB");
        const std::vector<Attachment> many(4, picture("a", largest_image));
        const auto reasons = reasons_not_to_fetch(many, 100u << 20);
        CHECK(reasons[2].empty());
        CHECK(reasons[3] == "not fetched: the message holds more than 21.0 MB");
    }
    TEST_CASE("a file's address is one of Discord's, or of the server that stands for it") {
        Settings settings;
        CHECK(is_file_address("https://cdn.discordapp.com/attachments/1/2/a.png?ex=1", settings));
        CHECK(is_file_address("https://MEDIA.discordapp.net:443/a", settings));
        for (const auto* url :
             {"http://cdn.discordapp.com/a", "https://cdn.discordapp.com.evil.example/a",
              "https://cdn.discordapp.com@evil.example/a", "https://user@cdn.discordapp.com/a",
              "https://cdn.discordapp.com:444/a", "https://evil.example\\@cdn.discordapp.com/a",
              "https://discord.com/a", "file:///etc/passwd", "https://cdn.discordapp.com/a b", ""})
            CHECK_FALSE(is_file_address(url, settings));
        settings.file_origins = {"http://127.0.0.1:8083"};
        CHECK(is_file_address("http://127.0.0.1:8083/cdn/a", settings));
        CHECK_FALSE(is_file_address("http://127.0.0.1:8084/cdn/a", settings));
        CHECK_FALSE(is_file_address("https://cdn.discordapp.com/a", settings));
    }
    TEST_CASE("what the file server answers is the file, or why there is none") {
        const auto status = [](int number) {
            return read_cdn_answer(net::HttpResponse{.status = number, .headers = {}, .body = "b"});
        };
        CHECK(status(200).value() == "b");
        CHECK(status(404).error().may_pass);
        CHECK(status(302).error().reason == "its address leads elsewhere (HTTP 302)");
        CHECK_FALSE(status(302).error().may_pass);
        CHECK(status(503).error().may_pass);
        const auto too_large = read_cdn_answer(std::unexpected(
            net::HttpFailure{.error = {Code::invalid, "too large"}, .request_sent = true}));
        CHECK_FALSE(too_large.error().may_pass);
    }
    TEST_CASE("fetched files come together, in order; what could not be had is told in words") {
        DownloadBench bench;
        bench.begin({picture("a"),
                     picture("b"),
                     picture("c"),
                     {.kind = "document", .name = "x.pdf", .mime = "application/pdf", .size = 9}});
        CHECK(bench.cdn.urls.size() == 3);
        bench.cdn.answer(png);
        bench.cdn.refuse("no", false);
        CHECK(bench.done.empty());
        bench.cdn.answer(png + "!");
        const auto& got = bench.done.at("e");
        REQUIRE(got.files.size() == 2);
        CHECK(got.files[0].name == "a");
        CHECK(got.files[0].kind == "image");
        CHECK(got.files[1].bytes == png + "!");
        CHECK(got.words ==
              Lines{"<media:image> b, image/png, 1 KB (could not be fetched: no)",
                    "<media:document> x.pdf, application/pdf, 9 bytes (not fetched: only pictures "
                    "and texts are)"});
    }
    TEST_CASE("an address that gives nothing is refreshed once") {
        DownloadBench bench;
        bench.begin({picture("a")});
        bench.cdn.refuse("gone", true);
        CHECK(bench.api.last().line == "POST /attachments/refresh-urls");
        CHECK(bench.api.last().body == R"({"attachment_urls":[")" + files_at + R"(a"]})");
        bench.api.answer_ok(R"({"refreshed_urls":[{"refreshed":")" + files_at + R"(a?is=1"}]})");
        CHECK(bench.cdn.urls.back() == files_at + "a?is=1");
        bench.cdn.refuse("gone", true);
        CHECK(bench.api.made.size() == 1);
        CHECK(bench.done.at("e").words.front().ends_with("(could not be fetched: gone)"));
    }
    TEST_CASE("a fresh address that lies elsewhere is not used") {
        DownloadBench bench;
        bench.begin({picture("a")});
        bench.cdn.refuse("gone", true);
        bench.api.answer_ok(R"({"refreshed_urls":[{"refreshed":"https://evil.example/a"}]})");
        CHECK(bench.cdn.urls.back() == files_at + "a");
    }
    TEST_CASE("a message waits no longer than twenty seconds for its files") {
        DownloadBench bench;
        bench.begin({picture("a"), picture("b")});
        bench.cdn.answer(png);
        bench.alarms.advance(20s);
        CHECK(bench.cdn.open() == 0);
        CHECK(bench.done.at("e").files.size() == 1);
        CHECK(bench.done.at("e").words.front().ends_with("it took longer than 20 s)"));
        bench.begin({picture("c")}, "f"); // nothing of the old one is left
        bench.cdn.answer(png);
        CHECK(bench.done.at("f").files.size() == 1);
    }
    TEST_CASE("four are fetched at once, and no more than fit in memory until they are on record") {
        DownloadBench bench;
        bench.begin(std::vector(6, picture("a")));
        CHECK(bench.cdn.open() == 4);
        bench.cdn.answer(png);
        CHECK(bench.cdn.open() == 4);
        for (int i = 0; i < 5; ++i)
            bench.cdn.answer(png);
        bench.begin(std::vector(3, picture("b", largest_image)), "big");
        bench.begin(std::vector(2, picture("c", largest_image)), "next", "18");
        for (int i = 0; i < 3; ++i)
            bench.cdn.answer(png);
        CHECK(bench.done.contains("big"));
        CHECK(bench.cdn.open() == 0); // the first ones are still held
        bench.done.erase("big");
        bench.downloads.on_room();
        CHECK(bench.cdn.open() == 2);
    }
    TEST_CASE("what is not wanted any more is not fetched, and others come in its place") {
        DownloadBench bench;
        bench.begin(std::vector(3, picture("a", largest_image)), "gone");
        bench.begin(std::vector(2, picture("b", largest_image)), "next", "18");
        bench.cdn.answer(png);
        bench.cdn.refuse("gone", true); // its address is being refreshed
        CHECK(bench.cdn.open() == 1);   // no memory for the second message
        bench.downloads.cancel("gone");
        CHECK(bench.cdn.open() == 2);
        CHECK(bench.api.in_flight() == 0);
        bench.cdn.answer(png);
        bench.cdn.answer(png);
        CHECK(bench.done.size() == 1);
        CHECK(bench.done.at("next").files.size() == 2);
        bench.alarms.advance(30s);
        CHECK(bench.done.size() == 1);
        CHECK(bench.downloads.under_way() == 0);
    }
    TEST_CASE("what had come and is withdrawn with its message makes room for others") {
        DownloadBench bench;
        bench.begin(std::vector(3, picture("a", largest_image)), "gone");
        bench.begin(std::vector(2, picture("b", largest_image)), "next", "18");
        for (int i = 0; i < 3; ++i)
            bench.cdn.answer(png);
        CHECK(bench.cdn.open() == 0);
        bench.done.erase("gone"); // and with it the lease
        bench.downloads.cancel("gone");
        CHECK(bench.cdn.open() == 2);
    }
    TEST_CASE("one sender has half of what is fetched in a minute") {
        DownloadBench bench;
        const auto most = std::vector(3, picture("a", largest_image));
        CHECK(bench.begin(most, "1").empty());
        CHECK(bench.begin({picture("b", largest_image), picture("c", largest_image)}, "2").empty());
        CHECK(bench.begin({picture("d", largest_image)}, "3")
                  .front()
                  .ends_with("(not fetched: too many files came within a minute)"));
        CHECK(bench.begin({picture("d", largest_image)}, "4", "18").empty());
        bench.alarms.advance(1min);
        CHECK(bench.begin({picture("d", largest_image)}, "5").empty());
    }
    TEST_CASE("what nobody is likely to answer has a quarter of it") {
        Allowance allowance;
        CHECK(allowance.take("1", Said::in_passing, 16u << 20, {}));
        CHECK_FALSE(allowance.take("2", Said::in_passing, 1, {}));
        CHECK(allowance.take("2", Said::to_the_bot, 16u << 20, {}));
    }
    TEST_CASE("whatever is said in rooms, there is room for one message that is said directly") {
        Allowance allowance;
        CHECK(allowance.take("1", Said::to_the_bot, 32u << 20, {}));
        CHECK(allowance.take("2", Said::to_the_bot, 8u << 20, {}));
        CHECK_FALSE(allowance.take("2", Said::to_the_bot, 1, {}));
        CHECK(allowance.take("3", Said::directly, most_of_a_message, {}));
    }
    TEST_CASE("what is not the picture or the text it is called is not shown") {
        DownloadBench bench;
        bench.begin({picture("a"),
                     {.kind = "document",
                      .name = "a.txt",
                      .mime = "text/plain",
                      .size = 4,
                      .url = files_at + "t"}});
        bench.cdn.answer("<html>");
        bench.cdn.answer("\xff\xfe");
        CHECK(bench.done.at("e").files.empty());
        CHECK(bench.done.at("e").words ==
              Lines{"<media:image> a, image/png, 1 KB (not shown: it is no PNG, JPEG, GIF or WebP "
                    "picture)",
                    "<media:document> a.txt, text/plain, 4 bytes (not shown: it is no text in "
                    "UTF-8)"});
    }
}
