#include "common/base/strings.h"
#include "common/text/characters.h"
#include "workers/telegram/markdown.h"
#include "workers/telegram/render.h"
#include "workers/telegram/split.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

using namespace openclaw;
using namespace openclaw::telegram;

namespace {

std::string without_space(std::string_view text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out),
                         [](char c) { return c != ' ' && c != '\n'; });
    return out;
}

std::string joined(const std::vector<Styled>& parts) {
    std::string out;
    for (const auto& part : parts)
        out += part.text;
    return out;
}

// Every tag closes what was opened last.
bool is_well_nested(std::string_view html) {
    std::vector<std::string> open;
    for (auto at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
        const auto tag = html.substr(at + 1, html.find('>', at) - at - 1);
        if (!tag.starts_with('/')) {
            open.emplace_back(tag.substr(0, tag.find(' ')));
            continue;
        }
        if (open.empty() || open.back() != tag.substr(1)) return false;
        open.pop_back();
    }
    return open.empty();
}

// Random Markdown out of the pieces that make splitting hard.
std::string random_markdown(std::mt19937& random) {
    static const std::vector<std::string> pieces = {"word ",
                                                    "two words. ",
                                                    "\n",
                                                    "\n\n",
                                                    "😀",
                                                    "👨‍👩‍👧",
                                                    "👍🏽",
                                                    "e\u0301",
                                                    "**bold** ",
                                                    "*it* ",
                                                    "`code` ",
                                                    "- item\n",
                                                    "1. one\n",
                                                    "> quote\n",
                                                    "[link](https://example.com/path) ",
                                                    "```cpp\nint a;\nint b;\n```\n",
                                                    "|a|b|\n|-|-|\n|c|d|\n\n",
                                                    "||spoiler|| ",
                                                    "日本語。",
                                                    "&amp; ",
                                                    "<b>raw</b> ",
                                                    std::string(120, 'x'),
                                                    "~~gone~~ ",
                                                    "🇩🇪🇫🇷",
                                                    "https://a.b/~~c~~",
                                                    "~~",
                                                    "**",
                                                    "`",
                                                    "[",
                                                    "](",
                                                    "<b>",
                                                    "</i>",
                                                    "<br>",
                                                    "||",
                                                    "    ",
                                                    "> ",
                                                    "* ",
                                                    "&#0;",
                                                    "<details>",
                                                    "![x](http://y/)",
                                                    "|",
                                                    "\\"};
    std::string text;
    const auto count = std::uniform_int_distribution<int>(1, 120)(random);
    for (int i = 0; i < count; ++i)
        text += pieces[random() % pieces.size()];
    return text;
}

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE(
        "splitting loses nothing, keeps the limit and cuts no character (5000 seeded texts)") {
        std::mt19937 random(20261121);
        for (int round = 0; round < 5000; ++round) {
            const auto markdown = random_markdown(random);
            const auto whole = read_markdown(markdown);
            const std::size_t limit = 30 + random() % 300;
            const auto parts = split(whole, {.limit = limit});
            CAPTURE(round);
            CAPTURE(markdown);
            REQUIRE(without_space(joined(parts)) == without_space(whole.text));
            for (const auto& part : parts) {
                REQUIRE(utf16_length(part.text) <= limit);
                REQUIRE(is_valid_utf8(part.text));
                REQUIRE_FALSE(trim(part.text).empty());
                REQUIRE_FALSE(is_inside_character("x" + part.text, 1));
                REQUIRE(is_well_nested(to_html(part)));
            }
        }
    }
    TEST_CASE("a text within the limit is one part, as it was") {
        const auto whole = read_markdown("**a** b\n\nc");
        CHECK(split(whole, {}) == std::vector{whole});
    }
    TEST_CASE("nothing to say is no part") {
        CHECK(split(read_markdown("  \n"), {}).empty());
    }
    TEST_CASE("a blank line is preferred to a line end, a line end to a sentence, a sentence to a "
              "space") {
        const auto first = [](const std::string& text) {
            return split({.text = text, .marks = {}}, {.limit = 20}).front().text;
        };
        CHECK(first("aaaa bbbb\n\ncc\ndd. ee ff gg hh") == "aaaa bbbb");
        CHECK(first("aaaa bbbb cc\ndd. ee ff gg hh") == "aaaa bbbb cc");
        CHECK(first("aaaa bbbb cc dd. ee ff gg hh") == "aaaa bbbb cc dd.");
        CHECK(first("aaaa bbbb cc dd ee ff gg hh") == "aaaa bbbb cc dd ee");
        CHECK(first("aaaabbbbccccddddeeeeffff") == "aaaabbbbccccddddeeee");
    }
    TEST_CASE("a code block that fits one message is kept whole") {
        const auto parts = split(read_markdown("intro text here\n\n```py\n" + std::string(20, 'a') +
                                               "\n" + std::string(20, 'b') + "\n```"),
                                 {.limit = 50});
        REQUIRE(parts.size() == 2);
        CHECK(parts[0].text == "intro text here");
        CHECK(parts[1].marks == std::vector{Mark{Mark::Kind::pre, 0, 42, "py"}});
    }
    TEST_CASE(
        "a longer code block is cut at line ends, closed, and opened again with its language") {
        std::string code;
        for (int i = 0; i < 30; ++i)
            code += "line " + std::to_string(i) + "\n";
        const auto parts = split(read_markdown("```py\n" + code + "```"), {.limit = 100});
        REQUIRE(parts.size() > 2);
        std::string together;
        for (const auto& part : parts) {
            CHECK(part.text.ends_with('\n'));
            CHECK(part.marks == std::vector{Mark{Mark::Kind::pre, 0, part.text.size(), "py"}});
            together += part.text;
        }
        CHECK(together == code);
    }
    TEST_CASE("a link is not cut for a space inside its label") {
        const auto parts =
            split(read_markdown("some words before [a label of words](https://example.com)"),
                  {.limit = 25});
        REQUIRE(parts.size() == 2);
        CHECK(parts[1].text == "a label of words");
    }
    TEST_CASE("the limit counts UTF-16 units, and an emoji is two") {
        std::string text;
        for (int i = 0; i < 30; ++i)
            text += "😀";
        const auto parts = split({.text = text, .marks = {}}, {.limit = 21});
        REQUIRE(parts.size() == 3);
        CHECK(utf16_length(parts[0].text) == 20);
    }
    TEST_CASE("a flag and a family are one character") {
        CHECK(split({.text = "aaa🇩🇪", .marks = {}}, {.limit = 5}).front().text == "aaa");
        CHECK(split({.text = "aaa👨‍👩‍👧", .marks = {}}, {.limit = 8}).front().text ==
              "aaa");
    }
    TEST_CASE("a bullet stays with its item") {
        const auto parts =
            split(read_markdown("- " + std::string(18, 'a') + "\n- " + std::string(18, 'b')),
                  {.limit = 22});
        REQUIRE(parts.size() == 2);
        CHECK(parts[1].text == "• " + std::string(18, 'b'));
    }
    TEST_CASE("escaping may not make a message larger than the server reads") {
        const auto parts = split({.text = std::string(8000, '&'), .marks = {}}, {.limit = 4096});
        for (const auto& part : parts)
            CHECK(to_html(part).size() <= most_html_bytes);
    }
    TEST_CASE("in paragraph mode every paragraph is a message, and code stays whole") {
        const auto parts = split(read_markdown("one\n\ntwo\nmore\n\n```\na\n\nb\n```\n\nthree"),
                                 {.each_paragraph = true});
        REQUIRE(parts.size() == 4);
        CHECK(parts[1].text == "two\nmore");
        CHECK(parts[2].text == "a\n\nb\n");
        CHECK(parts[3].text == "three");
    }
}
