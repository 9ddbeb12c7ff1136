#include "tests/unit/workers/telegram/golden.h"
#include "workers/telegram/markdown.h"
#include "workers/telegram/render.h"
#include "workers/telegram/split.h"

using namespace openclaw::telegram;

namespace {

// The messages a text becomes, as they are sent.
std::string messages(const std::string& markdown) {
    std::string out;
    for (const auto& part : split(read_markdown(markdown), {}))
        out += (out.empty() ? "" : "\n=== next message ===\n") + to_html(part);
    return out;
}

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("every golden Markdown text becomes the HTML beside it") {
        for (const auto& input : golden::inputs("render", ".md"))
            golden::compare(input, ".html", messages(golden::read(input)));
    }
    TEST_CASE("marks that overlap are closed and opened again, so that tags nest") {
        const Styled styled{
            .text = "abcdef",
            .marks = {{Mark::Kind::bold, 0, 4, {}}, {Mark::Kind::italic, 2, 6, {}}}};
        CHECK(to_html(styled) == "<b>ab<i>cd</i></b><i>ef</i>");
    }
    TEST_CASE("nothing nests inside code") {
        const Styled styled{.text = "abc",
                            .marks = {{Mark::Kind::code, 0, 3, {}}, {Mark::Kind::bold, 1, 2, {}}}};
        CHECK(to_html(styled) == "<code>abc</code>");
    }
    TEST_CASE("a language that is no plain word does not reach the attribute") {
        const Styled styled{.text = "x\n", .marks = {{Mark::Kind::pre, 0, 2, "a\"onload"}}};
        CHECK(to_html(styled) == "<pre><code>x\n</code></pre>");
    }
    TEST_CASE("invalid UTF-8 from a model becomes replacement characters") {
        CHECK(to_html(read_markdown("a\xFF"
                                    "b")) == "a\uFFFDb");
    }
    TEST_CASE("white space alone renders to nothing") {
        CHECK(read_markdown(" \n\n\t ").text.empty());
    }
}
