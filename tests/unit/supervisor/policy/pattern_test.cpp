#include "supervisor/policy/pattern.h"

#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <regex>
#include <string>

using namespace openclaw;
using namespace openclaw::policy;

namespace {

bool found(std::string_view expression, std::string_view text) {
    const auto pattern = Pattern::compile(expression);
    REQUIRE_MESSAGE(pattern, expression);
    return pattern->found_in(text);
}

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("literals, classes, groups, choices and repetitions are found") {
        struct Row {
            const char *expression, *text;
            bool expected;
        };

        for (const Row& row : {
                 Row{"claw", "the CLAW speaks", true},
                 Row{"claw", "cl aw", false},
                 Row{"", "anything", true},
                 Row{"^hi", "hi there", true},
                 Row{"^hi", "oh hi", false},
                 Row{"^hi", "oh\nhi", true},
                 Row{"end$", "the end", true},
                 Row{"end$", "the end.", false},
                 Row{R"(\bclaw\b)", "claw!", true},
                 Row{R"(\bclaw\b)", "openclaw", false},
                 Row{R"(\Bclaw)", "openclaw", true},
                 Row{"@?open(claw|bot)", "@OpenBot", true},
                 Row{"a+b", "aaab", true},
                 Row{"a+b", "b", false},
                 Row{"a*b", "b", true},
                 Row{"a?b?c", "c", true},
                 Row{"^(ab){2,3}$", "abab", true},
                 Row{"^(ab){2,3}$", "ab", false},
                 Row{"^(ab){2,3}$", "abababab", false},
                 Row{"^a{2,}$", "aaaa", true},
                 Row{"^a{3}$", "aa", false},
                 Row{"a{0}b", "b", true},
                 Row{"[a-c]x", "Bx", true},
                 Row{"[^a-c]x", "bx", false},
                 Row{"[^a-c]x", "dx", true},
                 Row{"[]x]", "]", true},
                 Row{"[a-]", "-", true},
                 Row{R"([\d.]+)", "v1.2", true},
                 Row{R"(\d{4})", "in 2026", true},
                 Row{R"(\s\S)", "a b", true},
                 Row{R"(\w\W)", "a!", true},
                 Row{R"(\.)", "a.b", true},
                 Row{R"(\.)", "ab", false},
                 Row{"a.c", "a\nc", false},
                 Row{"(?i)Claw", "cLAW", true},
                 Row{"(?:a|b)c", "bc", true},
                 Row{"a||b", "zzz", true},
                 Row{"(a*)*b", "aaaab", true},
                 Row{"(a|a)*c", "aaaa", false},
                 Row{"Клод", "привет, клод", true},
                 Row{R"(\bклод\b)", "Клод?", true},
                 Row{R"(\bклод\b)", "клодовый", false},
                 Row{"Zoë", "zoË", true},
                 Row{"🦥", "hi 🦥", true},
                 Row{"a+?b", "aab", true},
             })
            CHECK_MESSAGE(found(row.expression, row.text) == row.expected, row.expression, " in ",
                          row.text);
    }
    TEST_CASE("where case counts, only the written one is found") {
        const auto pattern = Pattern::compile("^[a-c]law$", Case::kept);
        REQUIRE(pattern);
        CHECK(pattern->found_in("claw"));
        CHECK_FALSE(pattern->found_in("Claw"));
        CHECK_FALSE(pattern->found_in("clAw"));
    }
    TEST_CASE("what is no pattern, or no safe one, is refused in words") {
        for (const char* bad :
             {"(", ")", "a)", "[a", "*a", "+", "a{2", "a{3,2}", "a{1000}", "\\", "(?=x)", "(?!x)",
              R"((a)\1)", "[z-a]", "(((((((((((((((((((((((((a)))))))))))))))))))))))))",
              "((a{50}){50}){50}"}) {
            const auto pattern = Pattern::compile(bad);
            REQUIRE_MESSAGE(!pattern, bad);
            CHECK_FALSE(pattern.error().sentence.empty());
        }
    }
    TEST_CASE("the classical bombs burn out at once") {
        const std::string text(16'000, 'a');
        const auto begin = std::chrono::steady_clock::now();
        CHECK_FALSE(found("(a+)+$b", text));
        CHECK_FALSE(found("(a|aa)+b", text));
        CHECK_FALSE(found("a{0,50}a{0,50}a{0,50}b", text));
        CHECK(std::chrono::steady_clock::now() - begin <
              std::chrono::seconds(5)); // linear: some milliseconds each
    }
    TEST_CASE("it agrees with the standard library's on small patterns") {
        std::mt19937 random(11);
        const std::string pieces[] = {"a",     "b",    "c",   "[ab]", "[^a]", ".",
                                      "(a|b)", "(ab)", "\\b", "^",    "$",    "\\d"};
        const std::string repeats[] = {"", "", "*", "+", "?", "{1,2}"};
        int positive = 0;
        for (int round = 0; round < 4'000; ++round) {
            std::string expression;
            for (auto i = random() % 4 + 1; i > 0; --i) {
                const auto& piece = pieces[random() % std::size(pieces)];
                const bool is_assertion = piece == "\\b" || piece == "^" || piece == "$";
                expression += piece + (is_assertion ? "" : repeats[random() % std::size(repeats)]);
            }
            std::string text;
            for (auto i = random() % 7; i > 0; --i)
                text += "abc1 "[random() % 5];
            const bool expected = std::regex_search(
                text, std::regex(expression, std::regex::ECMAScript | std::regex::icase));
            positive += expected ? 1 : 0;
            REQUIRE_MESSAGE(found(expression, text) == expected, expression, " in '", text, "'");
        }
        CHECK(positive > 500);
    }
    TEST_CASE("any text is a pattern or an error") {
        std::mt19937 random(3);
        const std::string alphabet = "ab()[]{}*+?|^$\\.-,0123456789d\xD0\x91";
        for (int round = 0; round < 20'000; ++round) {
            std::string expression;
            for (auto i = random() % 16; i > 0; --i)
                expression += alphabet[random() % alphabet.size()];
            if (const auto pattern = Pattern::compile(expression))
                pattern->found_in("ab12 (x) \xD0\x91\xFF");
        }
    }
}
