#include "cli/view/text_width.h"
#include "cli/view/words.h"

#include <doctest/doctest.h>

using namespace openclaw::cli;

TEST_SUITE("cli/view") {
    TEST_CASE("ages are said in the largest unit that fits") {
        constexpr std::int64_t now = 1'795'000'000'000;
        CHECK(age(0, now) == "never");
        CHECK(age(now + 5000, now) == "just now"); // the other clock may be ahead
        CHECK(age(now - 9'000, now) == "just now");
        CHECK(age(now - 12'000, now) == "12s ago");
        CHECK(age(now - 5 * 60'000, now) == "5m ago");
        CHECK(age(now - 2 * 3'600'000 - 1, now) == "2h ago");
        CHECK(age(now - 3 * 86'400'000LL, now) == "3d ago");
        CHECK(until(now + 38'000, now) == "in 38s");
        CHECK(until(now - 1, now) == "now");
    }
    TEST_CASE("durations have at most two units") {
        CHECK(duration(7) == "7ms");
        CHECK(duration(1'504) == "1.5s");
        CHECK(duration(9'999) == "9.9s");
        CHECK(duration(12'400) == "12s");
        CHECK(duration(90'000) == "1m 30s");
        CHECK(duration(60'000) == "1m");
        CHECK(duration(7'380'000) == "2h 3m");
        CHECK(duration(3 * 86'400'000LL + 4 * 3'600'000) == "3d 4h");
        CHECK(duration(-1) == "0ms");
    }
    TEST_CASE("sizes, counts and shares are rounded to what matters") {
        CHECK(bytes(640) == "640 B");
        CHECK(bytes(1'200'000'000) == "1.2 GB");
        CHECK(bytes(38'400'000) == "38 MB");
        CHECK(bytes(4'000) == "4 kB");
        CHECK(count(999) == "999");
        CHECK(count(1'234) == "1.2k");
        CHECK(count(17'510) == "18k");
        CHECK(count(2'000'000) == "2m");
        CHECK(percent(0.004) == "0.4%");
        CHECK(percent(0.5) == "50%");
    }
    TEST_CASE("a path below the home directory begins with ~, a path beside it does not") {
        const Look look{.home = "/home/op"};
        CHECK(short_path("/home/op/.openclaw", look) == "~/.openclaw");
        CHECK(short_path("/home/operator/x", look) == "/home/operator/x");
        CHECK(short_path("/home/op", look) == "~");
        CHECK(short_path("/tmp/x", Look{.home = ""}) == "/tmp/x");
    }
    TEST_CASE("text is wrapped at spaces where there are any, else between characters") {
        using Lines = std::vector<std::string>;
        CHECK(wrap("the quick brown fox", 10) == Lines{"the quick", "brown fox"});
        CHECK(wrap("abcdefgh", 3) == Lines{"abc", "def", "gh"});
        CHECK(wrap("龙虾龙", 4) == Lines{"龙虾", "龙"});
        CHECK(wrap("", 5) == Lines{""});
        CHECK(wrap("one\ntwo", 80) == Lines{"one", "two"});
        CHECK(wrap("龙", 1) == Lines{"龙"}); // narrower than one character: still ends
    }
    TEST_CASE("shortening counts columns and says that something is missing") {
        CHECK(shortened("hello world", 8) == "hello w…");
        CHECK(shortened("hello", 5) == "hello");
        CHECK(text_width(shortened("龙虾龙虾", 4)) <= 4);
    }
    TEST_CASE("what strangers wrote cannot steer the terminal") {
        CHECK(printable("a\x1b[2Jb\r\nc\x07") == "a[2Jb c");
        CHECK(printable("\xC2\x9B"
                        "31m") == "31m"); // CSI as one C1 character
        CHECK(printable("ok\xFF") == "ok\xEF\xBF\xBD");
        CHECK(printable_lines("a\n\tb\x1b]0;x\x07") == "a\n\tb]0;x");
        CHECK(text_width("\x1b[1mbold\x1b[0m") == 4);
    }
}
