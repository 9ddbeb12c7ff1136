#include "common/base/strings.h"

#include <doctest/doctest.h>

using namespace openclaw;

namespace {

std::string base64url_of(std::string_view bytes) {
    return to_base64url({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::string every_byte() {
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte)
        bytes += static_cast<char>(byte);
    return bytes;
}

} // namespace

TEST_SUITE("common/base") {
    TEST_CASE("base64 is written as RFC 4648 has it") {
        const std::pair<std::string_view, std::string_view> rows[] = {
            {"", ""},
            {"f", "Zg=="},
            {"fo", "Zm8="},
            {"foo", "Zm9v"},
            {"foob", "Zm9vYg=="},
            {"fooba", "Zm9vYmE="},
            {"foobar", "Zm9vYmFy"},
            {"\xFF\xFE\xFD", "//79"},
        };
        for (const auto& [bytes, text] : rows) {
            CHECK(to_base64(bytes) == text);
            CHECK(from_base64(text) == std::string(bytes));
        }
    }
    TEST_CASE("bytes of every length and value come back, in both forms") {
        const std::string all = every_byte();
        for (std::size_t length = 0; length <= all.size(); ++length) {
            const auto bytes = all.substr(all.size() - length);
            CHECK(from_base64(to_base64(bytes)) == bytes);
            CHECK(from_base64url(base64url_of(bytes)) == bytes);
        }
    }
    TEST_CASE("padding may be missing or too much, but stands at the end") {
        for (const auto* text : {"YQ==", "YQ=", "YQ", "YQ===="})
            CHECK(from_base64(text) == std::string("a"));
        CHECK(from_base64("====") == std::string());
        for (const auto* wrong : {"=YQ=", "Y=Q=", "YQ==YQ==", "YQ== "})
            CHECK_FALSE(from_base64(wrong));
    }
    TEST_CASE("a digit that is left over makes it no base64; base64url leaves it out") {
        for (const auto* wrong : {"a", "abcde", "abcdefghi"})
            CHECK_FALSE(from_base64(wrong));
        CHECK(from_base64url("a") == std::string());
        CHECK(from_base64url("AP8Qg") == std::string("\x00\xff\x10", 3));
    }
    TEST_CASE("bits behind the last byte are not looked at") {
        CHECK(from_base64("YR==") == std::string("a"));
        CHECK(from_base64url("YWJ") == std::string("ab"));
    }
    TEST_CASE("one character that is no digit is found wherever it stands") {
        for (std::size_t length = 2; length <= 12; ++length)
            for (std::size_t at = 0; at < length; ++at)
                for (const char wrong : {' ', '-', '\n', '\0', '\x80', '\xC3', '\xFF'}) {
                    std::string text(length, 'A');
                    text[at] = wrong;
                    CHECK_FALSE(from_base64(text));
                }
    }
    TEST_CASE("each form has its own last two digits") {
        CHECK(from_base64("+/+/") == std::string("\xFB\xFF\xBF"));
        CHECK(from_base64url("-_-_") == std::string("\xFB\xFF\xBF"));
        CHECK_FALSE(from_base64("-_-_"));
        for (const auto* wrong : {"+/+/", "a+b", "YQ==", "a b"})
            CHECK_FALSE(from_base64url(wrong));
        CHECK(base64url_of({"\x00\xff\x10\x80", 4}) == "AP8QgA");
    }
}
