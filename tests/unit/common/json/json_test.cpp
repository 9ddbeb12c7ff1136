#include "common/json/read.h"
#include "common/json/write.h"

#include <doctest/doctest.h>

using namespace openclaw;

TEST_SUITE("common/json") {
    TEST_CASE("what is absent or of another type reads as the answer given for it") {
        const auto document =
            json::Document::parse(R"({"a":{"b":[1,"x",null]},"big":9007199254740993})").value();
        const auto root = document.root();
        CHECK(root["a"]["b"].at(1).text() == "x");
        CHECK(root["a"]["b"].at(2).is_null());
        CHECK(root["nope"]["deep"].at(7).text("none") == "none");
        CHECK(root["big"].integer() == 9007199254740993);
    }
    TEST_CASE("nesting is bounded before the parser recurses") {
        CHECK_FALSE(json::Document::parse(std::string(100'000, '[')));
        CHECK(json::Document::parse(R"({"s":"[[[[[[[[[["})"));
    }
    TEST_CASE("malformed text and malformed UTF-8 name the place") {
        CHECK(json::Document::parse("{\"a\":}").error().sentence.find("byte 5") !=
              std::string::npos);
        CHECK_FALSE(json::Document::parse("\"\xFF\""));
    }
    TEST_CASE("half a surrogate pair reads as the replacement character") {
        const auto text = [](std::string_view source) {
            return std::string(json::Document::parse(source).value().root().text());
        };
        CHECK(text(R"("a\ude00b")") == "a\xEF\xBF\xBD"
                                       "b");
        CHECK(text(R"("a\ud83db")") == "a\xEF\xBF\xBD"
                                       "b");
        CHECK(text(R"("\ud83d\ud83d\uDE00")") == "\xEF\xBF\xBD\xF0\x9F\x98\x80");
        CHECK(text(R"("\\ude00")") == "\\ude00"); // an escaped backslash and five letters
    }
    TEST_CASE("a number keeps its value through a dump") {
        const auto once =
            json::Document::parse("123456789012345678901234567890").value().root().dump();
        CHECK(json::Document::parse(once).value().root().dump() == once);
    }
    TEST_CASE("a number is what it says, or is refused") {
        const auto dump = [](std::string_view source) {
            const auto read = json::Document::parse(source);
            return read ? read->root().dump() : read.error().sentence;
        };
        CHECK(dump("[0, -0, -1, 9223372036854775807, 18446744073709551615]") ==
              "[0,0,-1,9223372036854775807,18446744073709551615]");
        CHECK(dump("[0E60, 0.0e-400, 1e-400, -0.0, 1.5e3, 0.1]") ==
              "[0.0,0.0,0.0,-0.0,1500.0,0.1]");
        CHECK(dump(dump("[-0.0, 1e300]")) == dump("[-0.0, 1e300]"));
        CHECK(dump("[1e400]").starts_with("Number too big"));
        CHECK(json::Document::parse("[7.0]")->root().at(0).is_integer() == false);
        CHECK(json::Document::parse("-9223372036854775808")->root().is_integer());
    }
    TEST_CASE("the writer places commas and escapes") {
        json::Writer writer;
        writer.begin_object()
            .member("a", 1)
            .key("b")
            .begin_array()
            .value("q\"\n\x01")
            .value(true)
            .null()
            .end_array();
        writer.raw_member("c", "{}").end_object();
        CHECK(writer.take() == R"({"a":1,"b":["q\"\n\u0001",true,null],"c":{}})");
    }
    TEST_CASE("a character that needs care is found wherever it stands") {
        for (const char c : {'"', '\\', '\n', '\x01', '\x1f'})
            for (std::size_t length = 1; length <= 20; ++length)
                for (std::size_t at = 0; at < length; ++at) {
                    std::string text(length, '~');
                    text[at] = c;
                    const auto read =
                        json::Document::parse(json::Writer().value(text).take()).value();
                    CHECK(read.root().text() == text);
                }
        CHECK(json::quoted("0123456\x7f \xc3\xa4\xe2\x82\xac 01234567") ==
              "\"0123456\x7f \xc3\xa4\xe2\x82\xac 01234567\"");
    }

    TEST_CASE("bytes that are no UTF-8 leave as the replacement character") {
        CHECK(json::quoted("a\xFF") == "\"a\xEF\xBF\xBD\"");
    }
}
