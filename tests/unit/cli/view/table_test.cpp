#include "cli/view/table.h"
#include "cli/view/text_width.h"
#include "common/base/strings.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

std::size_t widest_line(const std::string& text) {
    std::size_t width = 0;
    for (const auto line : split(text, '\n'))
        width = std::max(width, text_width(line));
    return width;
}

} // namespace

TEST_SUITE("cli/view") {
    TEST_CASE("a table is as wide as its content when there is room") {
        Table table({"ID", "State"});
        table.add({"agent", "ready"});
        table.add({"telegram:default", "backoff"});
        CHECK(table.render(Look{.width = 80, .home = {}}) == R"(┌──────────────────┬─────────┐
│ ID               │ State   │
├──────────────────┼─────────┤
│ agent            │ ready   │
│ telegram:default │ backoff │
└──────────────────┴─────────┘
)");
    }
    TEST_CASE("the widest column gives way first, and nothing is cut off") {
        Table table({"ID", "Detail"});
        table.keep_whole(0).add(
            {"telegram:default", "exit 139 SIGSEGV: it touched memory that is not its own"});
        const auto text = table.render(Look{.width = 40, .home = {}});
        CHECK(text == R"(┌──────────────────┬───────────────────┐
│ ID               │ Detail            │
├──────────────────┼───────────────────┤
│ telegram:default │ exit 139 SIGSEGV: │
│                  │ it touched memory │
│                  │ that is not its   │
│                  │ own               │
└──────────────────┴───────────────────┘
)");
        CHECK(widest_line(text) == 40);
    }
    TEST_CASE("a terminal too narrow for whole ids gets a table wider than itself") {
        Table table({"Key", "Kind"});
        table.keep_whole(0).add({"agent:main:telegram:group:-100123456789:topic:7", "group"});
        CHECK(table.render(Look{.width = 40, .home = {}})
                  .find("agent:main:telegram:group:-100123456789:topic:7") != std::string::npos);
    }
    TEST_CASE("wide characters and emoji keep the borders straight") {
        Table table({"Name"});
        table.add({"龙虾"});
        table.add({"🦞 ok"});
        const std::string accented = "e\u0301"; // é from two code points
        table.add({accented});
        CHECK(table.render(Look{.width = 40, .home = {}}) == "┌───────┐\n│ Name  │\n├───────┤\n│ "
                                                             "龙虾  │\n│ 🦞 ok │\n│ " +
                                                                 accented + "     │\n└───────┘\n");
    }
    TEST_CASE("colour changes no column") {
        Table table({"State"});
        table.add({Cell("ready", Ink::good)});
        const auto plain = table.render(Look{.width = 40, .home = {}});
        const auto coloured = table.render(Look{.colour = true, .width = 40, .home = {}});
        CHECK(plain.find('\x1b') == std::string::npos);
        CHECK(coloured.find("\x1b[38;2;47;191;113mready\x1b[0m") != std::string::npos);
        CHECK(widest_line(coloured) == widest_line(plain));
    }
}
