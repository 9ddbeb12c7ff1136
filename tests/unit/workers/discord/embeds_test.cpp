#include "common/base/strings.h"
#include "workers/discord/content.h"
#include "workers/discord/embeds.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::discord;

namespace {

std::string text_of(const std::string& message) {
    const auto document = json::Document::parse(message);
    REQUIRE(document);
    return content_of(document->root()).text;
}

std::string words(const std::string& embeds, std::string_view content = "") {
    const auto document = json::Document::parse(embeds);
    REQUIRE(document);
    return embeds_in_words(document->root(), content);
}

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("a card is its author, title, description and fields, a line apiece") {
        CHECK(
            words(R"([{"author":{"name":"CI"},"title":"Build 7","description":"It failed.\nTwice.",
                         "fields":[{"name":"Branch","value":"main"},{"name":"","value":"alone"}],
                         "footer":{"text":"no"},"color":3},{"title":"Second"}])") ==
            "CI\nBuild 7\nIt failed.\nTwice.\nBranch: main\nalone\nSecond");
    }
    TEST_CASE("cards stand below what was written, and alone where nothing was") {
        CHECK(text_of(R"({"content":"look","embeds":[{"title":"A page"}]})") == "look\nA page");
        CHECK(text_of(R"({"content":"","embeds":[{"title":"A page"}]})") == "A page");
        CHECK(text_of(R"({"content":"look","embeds":[{"type":"image","url":"https://x"}]})") ==
              "look");
    }
    TEST_CASE("a file that comes with a card is told of, too, and the card is the text") {
        const auto document = json::Document::parse(
            R"({"content":"","attachments":[{"content_type":"image/png"}],"embeds":[{"title":"A"}]})");
        const auto content = content_of(document->root());
        CHECK(content.text == "A");
        REQUIRE(content.attachments.size() == 1);
        CHECK(media_word(content.attachments.front()) == "<media:image>");
    }
    TEST_CASE("what is written already is not said again") {
        CHECK(words(R"([{"title":"A page","description":"more"}])", "see A page") == "more");
    }
    TEST_CASE("cards are cut where they get long, between characters, and say so") {
        std::string long_text;
        for (int i = 0; i < 3000; ++i)
            long_text += "ä";
        const auto cut = words(R"([{"title":"t","description":")" + long_text +
                               R"("},{"title":"never reached"}])");
        CHECK(cut.size() <= longest_embeds + std::string_view("\n…").size());
        CHECK(cut.ends_with("ä…"));
        CHECK(is_valid_utf8(cut));
    }
    TEST_CASE("cards that are none say nothing") {
        for (const auto* none : {"[]", "{}", "3", R"(["x",null,{"title":7,"fields":{"name":1}}])"})
            CHECK(words(none).empty());
    }
}
