#include "supervisor/auth/token.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::auth;

TEST_SUITE("supervisor/auth") {
    TEST_CASE("the secret may sit in either field, and the mode says which secret it is") {
        const Gate token{.mode = Mode::token, .secret = Secret("right")};
        CHECK(check_shared_secret(token, {.token = "right"}) == Proof::accepted);
        CHECK(check_shared_secret(token, {.token = std::nullopt, .password = "right"}) ==
              Proof::accepted);
        CHECK(check_shared_secret(token, {.token = "wrong", .password = "right"}) ==
              Proof::accepted);
        CHECK(check_shared_secret(token, {.token = "wrong"}) == Proof::mismatch);
        CHECK(check_shared_secret(token, {.token = "right "}) == Proof::mismatch);
        CHECK(check_shared_secret(token, {}) == Proof::missing);
        const Gate password{.mode = Mode::password, .secret = Secret("right")};
        CHECK(check_shared_secret(password, {.token = "right"}) == Proof::accepted);
    }

    TEST_CASE("an empty secret admits nobody, and mode none asks nothing") {
        CHECK(check_shared_secret({.mode = Mode::token, .secret = Secret()}, {.token = ""}) ==
              Proof::not_configured);
        CHECK(check_shared_secret({.mode = Mode::token, .secret = Secret()}, {.token = "x"}) ==
              Proof::not_configured);
        CHECK(check_shared_secret({.mode = Mode::none, .secret = Secret()}, {}) == Proof::accepted);
        CHECK_FALSE(check_bearer({.mode = Mode::token, .secret = Secret()}, ""));
        CHECK(check_bearer({.mode = Mode::token, .secret = Secret("s")}, "s"));
    }
}
