#include "common/config/document.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace openclaw;
using namespace openclaw::config;

namespace {

std::string json_of(std::string_view text) {
    const auto document = parse(text);
    return document ? to_json(document->root) : "error: " + document.error().sentence;
}

std::string error_at(std::string_view text) {
    const auto document = parse(text);
    if (document) return "parsed";
    return std::to_string(document.error().place.line) + ":" +
           std::to_string(document.error().place.column);
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("everything JSON5 allows beyond JSON is read") {
        CHECK(json_of("{unquoted: 'single', $x_1: 1,}") == R"({"unquoted":"single","$x_1":1})");
        CHECK(json_of("// before\n[1, /* between */ 2,]// after") == "[1,2]");
        CHECK(json_of("[0xFF, -0x10, .5, 5., +7, 1e3]") == "[255,-16,0.5,5,7,1000]");
        CHECK(json_of("'it\\'s \\x41\\u0042\\\nC'") == R"("it's ABC")");
        CHECK(json_of("\"\\uD83D\\uDE00\"") == "\"😀\"");
        CHECK(json_of("{привет: 1, caf\\u00e9: 2}") == R"({"привет":1,"café":2})");
        CHECK(json_of("\xEF\xBB\xBF{}") == "{}");
        CHECK(json_of("\xC2\xA0[]\xE2\x80\xA8") == "[]");
        CHECK(std::isinf(parse("-Infinity")->root.number));
        CHECK(std::isnan(parse("NaN")->root.number));
    }
    TEST_CASE("what JSON5 does not allow is refused") {
        for (const std::string_view text :
             {"",        "{",      "[1 2]", "{a 1}",     "{a:}",  "01",
              "0x",      "1.e",    "+",     "tru",       "'open", "'line\nbreak'",
              "/* open", "{1: 2}", "[,]",   "\"\\u12\"", "'\\1'", "{a:1} b",
              "1a",      "1..2",   "nul",   "\"\xFF\""})
            CHECK_MESSAGE(!parse(text), text);
    }
    TEST_CASE("an error names line and column, counted in code points") {
        CHECK(error_at("{\n  a: 1,\n  b: oops\n}") == "3:6");
        CHECK(error_at("{'ä': ?}") == "1:7");
        CHECK(error_at("{\"a\":") == "1:6");
        CHECK(error_at("[\r\n  'a\n']") == "2:5");
        CHECK(error_at("['\xFF']") == "1:3");
        CHECK(parse("{\"gateway\": {").error().sentence == "expected a key, found end of input");
        CHECK(parse("{a: loopback}").error().sentence.contains("put text in quotes"));
    }
    TEST_CASE("a sequence that is cut short is named by the place where it begins") {
        CHECK(json_of("t// all\xEF") == "error: the text is not valid UTF-8");
        CHECK(error_at("t// all\xEF") == "1:8");
        CHECK(error_at("t// all\xEF\xBF") == "1:8");
        CHECK(error_at("[\n\xF0\x9F\x98]") == "2:1");
    }
    TEST_CASE("every value and every key remembers its place and its bytes") {
        const std::string_view text = "{\n  gateway: {port: 18789},\n}";
        const auto document = parse(text).value();
        const Node& port = *document.root.find("gateway")->find("port");
        CHECK(port.place.line == 2);
        CHECK(port.place.column == 19);
        CHECK(text.substr(port.begin, port.end - port.begin) == "18789");
        CHECK(document.root.members[0].place.column == 3);
    }
    TEST_CASE("of a key given twice the last one counts, and a note says so") {
        const auto document = parse("{a: 1, b: 2, a: 3}").value();
        CHECK(to_json(document.root) == R"({"b":2,"a":3})");
        REQUIRE(document.notes.size() == 1);
        CHECK(document.notes[0].place.column == 14);
        CHECK(document.notes[0].sentence.contains("\"a\""));
    }
    TEST_CASE("integers stay exact to 64 bits, larger numbers become floating point") {
        CHECK(parse("9223372036854775807")->root.is_integer);
        CHECK_FALSE(parse("9223372036854775808")->root.is_integer);
        CHECK(parse("-1001234567890")->root.integer == -1001234567890);
        CHECK(std::isinf(parse("1e999")->root.number));
        CHECK(parse("1e-999")->root.number == 0);
    }
    TEST_CASE("depth, size and count are bounded") {
        CHECK(parse(std::string(64, '[') + std::string(64, ']')));
        CHECK_FALSE(parse(std::string(65, '[') + std::string(65, ']')));
        CHECK_FALSE(parse(std::string(100'000, '{')));
        CHECK_FALSE(parse(std::string(max_document_bytes + 1, ' ')));
        std::string many = "[";
        for (int i = 0; i < 300'000; ++i)
            many += "0,";
        CHECK(parse(many + "]").error().sentence.contains("250000"));
    }
    TEST_CASE("a long object in one line is read in linear time") {
        std::string text = "{";
        for (int i = 0; i < 100'000; ++i)
            text += "k" + std::to_string(i) + ":1,";
        const auto document = parse(text + "}");
        REQUIRE(document);
        CHECK(document->root.members.size() == 100'000);
        CHECK(document->root.members.back().place.line == 1);
    }
    TEST_CASE("what is written as JSON reads back as the same") {
        std::mt19937 random(7);
        const std::string alphabet = "{}[]:,'\"\\/*\n +-.0123456789abtrufnlsexIN$_\xC3\xA9";
        int parsed = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string text = round % 2 == 0 ? "[" : "{a:";
            for (auto i = random() % 24; i > 0; --i)
                text += alphabet[random() % alphabet.size()];
            text += round % 2 == 0 ? "]" : "}";
            const auto document = parse(text);
            if (!document) {
                CHECK(document.error().place.line >= 1);
                continue;
            }
            ++parsed;
            const std::string once = to_json(document->root);
            const auto again = parse(once);
            REQUIRE_MESSAGE(again, once);
            CHECK(to_json(again->root) == once);
        }
        CHECK(parsed > 50);
    }
}
