#include "common/log/known_secrets.h"
#include "common/log/log.h"

#include <doctest/doctest.h>

using namespace openclaw;

TEST_SUITE("common/log") {
    TEST_CASE("a secret of any form is masked in the words of others once it is known") {
        const std::string words = "Incorrect API key provided: plain-words-42. (plain-words-42)";
        CHECK(log::redact(words) == words);
        log::know_secret(Secret("plain-words-42"));
        CHECK(log::redact(words) == "Incorrect API key provided: ***. (***)");
    }

    TEST_CASE("a secret that is too short to be one hides no words") {
        log::know_secret(Secret("the"));
        CHECK(log::redact("the answer") == "the answer");
    }

    TEST_CASE("what a holder holds is masked until it holds something else") {
        const Secret before("holder-word-1"), after("holder-word-2"), shared("shared-word-3");
        log::know_secrets_of("one", {&before, &shared});
        log::know_secrets_of("two", {&shared});
        CHECK(log::redact("holder-word-1 shared-word-3 holder-word-2") == "*** *** holder-word-2");
        log::know_secrets_of("one", {&after});
        CHECK(log::redact("holder-word-1 shared-word-3 holder-word-2") == "holder-word-1 *** ***");
        log::know_secrets_of("one", {});
        log::know_secrets_of("two", {});
        CHECK(log::redact("shared-word-3 holder-word-2") == "shared-word-3 holder-word-2");
    }

    TEST_CASE("what looks like a secret is masked unknown as well") {
        CHECK(log::redact("key sk-abcdefghijklmnopqrst refused") == "key sk-abc…qrst refused");
        CHECK_FALSE(
            log::redact("/bot123456:abcdefghijklmnopqrstuvwxyz0123456789/x").contains("mnopqrst"));
    }
}
