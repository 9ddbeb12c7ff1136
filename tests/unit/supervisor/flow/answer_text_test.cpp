#include "supervisor/flow/answer_text.h"

#include <doctest/doctest.h>

using openclaw::flow::answer_text;

TEST_SUITE("supervisor/flow") {
    TEST_CASE("reply tags are taken out, the prefix put before") {
        CHECK(answer_text("[[reply_to_current]] hi", "", true).markdown == "hi");
        CHECK(answer_text("a [[reply_to:42]]b", "[bot]", true).markdown == "[bot] a b");
        CHECK(answer_text("[[reply_to", "", true).markdown == "[[reply_to");
    }
    TEST_CASE("NO_REPLY is silence in groups only") {
        CHECK(answer_text(" NO_REPLY\n", "", false).is_silent);
        CHECK_FALSE(answer_text("NO_REPLY", "", true).is_silent);
        CHECK_FALSE(answer_text("I say NO_REPLY", "", false).is_silent);
    }
}
