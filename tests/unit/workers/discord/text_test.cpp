#include "common/base/strings.h"
#include "common/json/read.h"
#include "common/text/characters.h"
#include "tests/unit/workers/discord/golden.h"
#include "workers/discord/chunk.h"
#include "workers/discord/fence.h"
#include "workers/discord/inline_text.h"
#include "workers/discord/message_body.h"
#include "workers/discord/render.h"

using namespace openclaw;
using namespace openclaw::discord;

namespace {

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out += "\n=====\n";
        out += part;
    }
    return out + "\n";
}

std::vector<std::string> sent(std::string_view markdown, ChunkRule rule = {}) {
    return chunk(render(markdown), rule);
}

bool is_balanced(std::string_view part) {
    Fence fence;
    for (const auto line : split(part, '\n'))
        fence.read(line);
    return !fence.is_open();
}

std::string without_space(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != ' ' && c != '\n') out += c;
    return out;
}

} // namespace

TEST_SUITE("workers/discord") {
    TEST_CASE("every golden Markdown becomes the messages beside it") {
        for (const auto& input : golden::inputs("render", ".md"))
            golden::compare(input, ".txt", joined(sent(golden::read(input))));
    }
    TEST_CASE("no part is longer than the limit, whatever the text is made of") {
        const std::vector<std::string> pieces = {"word ",
                                                 "👩‍👩‍👧 ",
                                                 "long\n",
                                                 "\n\n",
                                                 "```py\nx = 1\n```\n",
                                                 "<@123456789012345678> ",
                                                 "https://example.com/a/b?c=d&e=f ",
                                                 "überlang",
                                                 "```\n",
                                                 "- item\n",
                                                 "漢字"};
        for (std::size_t seed = 0; seed < 60; ++seed) {
            std::string text;
            for (std::size_t i = 0; text.size() < 9000; ++i)
                text += pieces[(i * i * 7 + i * (seed + 3) + seed) % pieces.size()];
            for (const std::size_t limit : {60u, 200u, 2000u}) {
                const auto rendered = render(text);
                for (const auto& part :
                     chunk(rendered, {.limit = limit, .lines = seed % 2 == 0 ? 17u : 0u})) {
                    REQUIRE(count_code_points(part) <= limit);
                    REQUIRE(is_valid_utf8(part));
                    REQUIRE(is_balanced(part));
                    REQUIRE_FALSE(trim(part).empty());
                }
            }
        }
    }
    TEST_CASE("cutting loses nothing but white space") {
        std::string text;
        for (int i = 0; i < 400; ++i)
            text += "Sentence number " + std::to_string(i) + (i % 9 == 0 ? ".\n\n" : ". ");
        std::string all;
        for (const auto& part : chunk(text, {}))
            all += part;
        CHECK(without_space(all) == without_space(text));
    }
    TEST_CASE("a part ends at a paragraph rather than in the middle of one") {
        std::string text;
        for (int i = 0; i < 40; ++i)
            text += "Paragraph " + std::to_string(i) +
                    ": the quick brown fox jumps over the lazy dog.\n\n";
        for (const auto& part : chunk(text, {})) {
            CHECK(part.starts_with("Paragraph "));
            CHECK(part.ends_with("dog."));
            CHECK(std::ranges::count(part, '\n') < 17);
        }
    }
    TEST_CASE("a code block that fits one message is not divided; a longer one is closed and "
              "opened again") {
        const std::string intro(1500, 'a');
        std::string block = "```python\n";
        for (int i = 0; i < 14; ++i)
            block += "print('a line of code which is quite long " + std::to_string(i) + "')\n";
        block += "```";
        const auto whole = chunk(intro + "\n" + block + "\nafter", {});
        REQUIRE(whole.size() == 2);
        CHECK(whole[1].starts_with("```python\nprint"));

        std::string longer = "```python\n";
        for (int i = 0; i < 100; ++i)
            longer += "print('a line of code which is quite long " + std::to_string(i) + "')\n";
        longer += "```\nthe end";
        const auto parts = chunk(longer, {.lines = 0});
        REQUIRE(parts.size() > 2);
        for (const auto& part : parts) {
            CHECK(part.starts_with("```python\nprint("));
            CHECK(part.contains("')\n```"));
        }
        CHECK(parts.back().ends_with("the end"));
    }
    TEST_CASE("a message that is full to the last character stays one") {
        std::string emoji;
        for (int i = 0; i < 2000; ++i)
            emoji += "😀";
        CHECK(chunk(emoji, {}).size() == 1);
        CHECK(chunk(emoji + "!", {}).size() == 2);
    }
    TEST_CASE("mentions, emoji and addresses are not cut") {
        for (const std::string token : {"<@123456789012345678>", "<:party:123456789012345678>",
                                        "https://example.com/a/long/path?with=query"})
            for (std::size_t before = 30; before < 62; ++before) {
                const auto text =
                    std::string(before, 'x') + " " + token + " and more words that follow it here";
                int whole = 0;
                for (const auto& part : chunk(text, {.limit = 60}))
                    if (part.contains(token)) ++whole;
                CHECK(whole == 1);
            }
    }
    TEST_CASE("in newline mode each paragraph is a message, and code stays whole") {
        const auto parts =
            chunk("one\n\ntwo\ntwo\n\n```\na\n\nb\n```\n\nthree", {.each_paragraph = true});
        CHECK(parts == std::vector<std::string>{"one", "two\ntwo", "```\na\n\nb\n```", "three"});
    }
    TEST_CASE("white space alone is nothing to send") {
        CHECK(sent("").empty());
        CHECK(sent(" \n\n \n").empty());
    }
    TEST_CASE("code is never touched, neither inline nor in a block") {
        const auto* text =
            "use `__init__` and `@everyone`\n```\n__x__ @here ![a](b)\n| a | b |\n|---|---|\n```";
        CHECK(render(text) == text);
    }
    TEST_CASE("a block that the model left open is closed") {
        CHECK(render("```js\nlet a") == "```js\nlet a\n```");
    }
    TEST_CASE("people are pinged by name only, a handful at most, and nobody in code") {
        CHECK(mentioned_users("<@1> <@!22> <@&33> <#4> <@1> `<@5>` <@x>\n```\n<@6>\n```\n<@7>",
                              9) == std::vector<std::string>{"1", "22", "7"});
        const auto body = json::Document::parse(
            create_body({.content = "<@1><@2><@3><@4><@5><@6><@7> @everyone <@&8>"}));
        REQUIRE(body);
        const auto allowed = body->root()["allowed_mentions"];
        CHECK(allowed["parse"].size() == 0);
        CHECK(allowed["parse"].is_array());
        CHECK(allowed["users"].size() == most_pinged);
        CHECK_FALSE(allowed["roles"]);
        CHECK_FALSE(allowed["replied_user"].boolean(true));
    }
    TEST_CASE("a message carries its nonce, its reply and its flags") {
        const auto body = create_body({.content = "hi", .reply_to = "5", .nonce = "abc"});
        CHECK(
            body ==
            R"({"content":"hi","allowed_mentions":{"parse":[],"users":[],"replied_user":false},"flags":4,"nonce":"abc","enforce_nonce":true,"message_reference":{"message_id":"5","fail_if_not_exists":false}})");
        CHECK(
            create_body({.content = "hi",
                         .suppress_embeds = false,
                         .is_ephemeral = true,
                         .pings = Pings::nobody}) ==
            R"({"content":"hi","allowed_mentions":{"parse":[],"replied_user":false},"flags":64})");
    }
    TEST_CASE("a nonce is the same in every try and life, and another for every part, answer and "
              "account") {
        const auto nonce = nonce_of("default", "act", 0);
        CHECK(nonce.size() == 24);
        CHECK(nonce == nonce_of("default", "act", 0));
        CHECK(nonce != nonce_of("default", "act", 1));
        CHECK(nonce != nonce_of("default", "act2", 0));
        CHECK(nonce != nonce_of("other", "act", 0));
    }
    TEST_CASE("a forum post is titled by its first line") {
        CHECK(post_title("\n## **Plan** for today\ntext") == "Plan for today");
        CHECK(post_title("") == "New post");
        CHECK(count_code_points(post_title(std::string(500, 'x'))) <= 100);
    }
    TEST_CASE("what is cut from a line is no fence, whatever it looks like") {
        for (const std::string& text :
             {std::string(44, 'x') + std::string(30, '~') + " and\nmore",
              std::string(22, '`') + "]" + std::string(90, '{') + std::string(16, '`') + "\nmore"})
            for (const auto& part : chunk(text, {.limit = 50, .lines = 0})) {
                CHECK_FALSE(part.ends_with("\n```"));
                Fence fence;
                for (const auto line : split(part, '\n'))
                    fence.read(line);
                CHECK_FALSE(fence.is_open());
            }
    }
}
