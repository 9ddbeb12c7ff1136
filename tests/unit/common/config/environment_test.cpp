#include "common/config/environment.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

namespace {

std::string substituted(std::string_view text, const Environment& environment,
                        std::size_t expected_notes = 0) {
    Node node = text_node(text);
    std::vector<Note> notes;
    substitute(node, environment, notes);
    CHECK(notes.size() == expected_notes);
    CHECK(node.is_unresolved == (expected_notes > 0));
    return node.text;
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("${NAME} is replaced anywhere in a text, $${NAME} stays as ${NAME}") {
        const Environment environment = {{"HOST", "box"}, {"N_1", "7"}, {"EMPTY", ""}};
        CHECK(substituted("http://${HOST}:${N_1}/", environment) == "http://box:7/");
        CHECK(substituted("$${HOST} and ${HOST}", environment) == "${HOST} and box");
        CHECK(substituted("${lower} ${} ${1X} ${OPEN $HOST {HOST}", environment) ==
              "${lower} ${} ${1X} ${OPEN $HOST {HOST}");
        CHECK(substituted("${MISSING}/${EMPTY}", environment, 2) == "${MISSING}/${EMPTY}");
    }
    TEST_CASE("a replaced text is not searched again") {
        CHECK(substituted("${A}", {{"A", "${B}"}, {"B", "x"}}) == "${B}");
    }
    TEST_CASE("boolean variables know eight words and take everything else for unset") {
        for (const char* word : {"1", "true", "YES", "On"})
            CHECK(flag({{"X", word}}, "X") == true);
        for (const char* word : {"0", "false", "No", "off"})
            CHECK(flag({{"X", word}}, "X") == false);
        CHECK_FALSE(flag({{"X", "perhaps"}}, "X"));
        CHECK_FALSE(flag({}, "X"));
    }
    TEST_CASE(".env files may export, quote and comment") {
        const auto environment = parse_env_file("# a comment\nexport TOKEN='a b'\nPORT=18789 # the "
                                                "usual\nbroken\nlower=x\nQ=\"x # y\"\r\n");
        CHECK(environment.at("TOKEN") == "a b");
        CHECK(environment.at("PORT") == "18789");
        CHECK(environment.at("Q") == "x # y");
        CHECK(environment.size() == 3);
    }
    TEST_CASE("the working directory's .env cannot redirect us or slip us keys") {
        Environment environment = {{"LANG", "C"}};
        add_untrusted(environment, {{"OPENCLAW_STATE_DIR", "/evil"},
                                    {"OPENAI_API_KEY", "k"},
                                    {"OPENAI_BASE_URL", "u"},
                                    {"LANG", "x"},
                                    {"MY_NAME", "y"}});
        CHECK(environment == Environment{{"LANG", "C"}, {"MY_NAME", "y"}});
    }
}
