#include "common/base/strings.h"
#include "supervisor/auth/device_token.h"
#include "supervisor/auth/digest.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::auth;

TEST_SUITE("supervisor/auth") {
    TEST_CASE("a token can be said again from its salt, and from nothing less") {
        const Secret key("the gateway's own key");
        const auto token = make_device_token(key, "device", "operator", "salt");
        CHECK(token.size() == 43); // PROTOCOL.md 7.1: 32 bytes, base64url
        CHECK(token.reveal() == make_device_token(key, "device", "operator", "salt").reveal());
        for (const auto& other :
             {make_device_token(Secret("another key"), "device", "operator", "salt"),
              make_device_token(key, "other", "operator", "salt"),
              make_device_token(key, "device", "node", "salt"),
              make_device_token(key, "device", "operator", "salt2")})
            CHECK(token.reveal() != other.reveal());
    }

    TEST_CASE("only the token itself fits its hash") {
        const auto hash = token_hash("token");
        CHECK(hash.size() == 64);
        CHECK(is_token(hash, "token"));
        CHECK_FALSE(is_token(hash, "token "));
        CHECK_FALSE(is_token(hash, ""));
        CHECK_FALSE(is_token(hash, hash)); // the hash is no way in
        CHECK_FALSE(is_token("", ""));
        CHECK_FALSE(is_token("", "token"));
    }

    TEST_CASE("salts and setup tokens are never the same twice") {
        CHECK(new_salt() != new_salt());
        CHECK(new_salt().size() == 32);
        CHECK(new_random_token().reveal() != new_random_token().reveal());
        CHECK(new_random_token().size() == 43);
    }

    TEST_CASE("digests are those of the standards") {
        // FIPS 180-2 B.1; RFC 4231 test case 2.
        CHECK(to_hex(sha256("abc")) ==
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        CHECK(to_hex(hmac_sha256(Secret("Jefe"), "what do ya want for nothing?")) ==
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
