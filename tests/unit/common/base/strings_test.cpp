#include "common/base/secret.h"
#include "common/base/strings.h"

#include <doctest/doctest.h>

using namespace openclaw;

TEST_SUITE("common/base") {
    TEST_CASE("UTF-8 is judged by code points, surrogates and overlong forms refused") {
        CHECK(is_valid_utf8("grüße 🦞"));
        CHECK_FALSE(is_valid_utf8("\xC0\x80"));
        CHECK_FALSE(is_valid_utf8("\xED\xA0\x80"));
        CHECK_FALSE(is_valid_utf8("\xF4\x90\x80\x80"));
        CHECK(to_valid_utf8("a\xFFz") == "a\xEF\xBF\xBDz");
    }
    TEST_CASE("a broken sequence is found wherever it stands") {
        for (std::size_t length = 1; length <= 20; ++length)
            for (std::size_t at = 0; at < length; ++at) {
                std::string text(length, 'x');
                text[at] = '\xff';
                CHECK_FALSE(is_valid_utf8(text));
                CHECK(is_valid_utf8(std::string(at, 'x') + "\xc3\xa4" + std::string(length, 'x')));
            }
    }

    TEST_CASE("a prefix never cuts a code point") {
        CHECK(utf8_prefix("aé", 2) == "a");
        CHECK(utf8_prefix("aé", 3) == "aé");
    }
    TEST_CASE("splitting keeps empty parts") {
        CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    }
    TEST_CASE("the distance of two words stops at its limit") {
        CHECK(edit_distance("porrt", "port", 2) == 1);
        CHECK(edit_distance("alpha", "omega", 2) == 3);
    }
    TEST_CASE("ids have the form of a version 4 UUID and differ") {
        const auto id = uuid_v4();
        CHECK(id.size() == 36);
        CHECK(id[14] == '4');
        CHECK(id != uuid_v4());
    }
    TEST_CASE("an empty secret admits nobody; others compare by content") {
        CHECK_FALSE(Secret().equals(""));
        CHECK(Secret("hush").equals("hush"));
        CHECK_FALSE(Secret("hush").equals("hushh"));
        CHECK_FALSE(Secret("hush").equals("husk"));
    }
}
