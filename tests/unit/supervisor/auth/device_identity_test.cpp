#include "supervisor/auth/device_identity.h"

#include <doctest/doctest.h>

#include <vector>

using namespace openclaw::auth;

namespace {

// The worked vector of PROTOCOL.md 6.
constexpr std::string_view device_id =
    "56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c";
constexpr std::string_view public_key = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
constexpr std::string_view nonce = "3f6c1c1e-6a2b-4d53-9a52-0c8a1d0e4b11";
constexpr std::string_view v3_signature =
    "EXfzoV3nm0hk_pIvKVd-ub9JHqTAXd-qQoDkkGFp1SQPwXcDfm5qs9LKX42UMRJEiOmpgUuzjxAyvOF8gGGODg";
constexpr std::string_view v2_signature =
    "kAXG6tKtzbZPAfQ4LqIse7R6LHjctWQDGinp2YTWFsel7w7zdNyLGX6j-jzE8sZ-36Gb2h6mJJS_l3ov5oT_Bw";
constexpr std::int64_t signed_at = 1737264000000;
const std::vector<std::string_view> scopes = {"operator.read", "operator.write"};

DeviceClaim claim(std::string_view signature) {
    return {.id = device_id,
            .public_key = public_key,
            .signature = signature,
            .nonce = nonce,
            .signed_at_ms = signed_at,
            .client_id = "cli",
            .client_mode = "cli",
            .role = "operator",
            .platform = "linux",
            .device_family = "Linux",
            .scopes = scopes,
            .token = "example-shared-token"};
}

std::optional<DeviceFault> at(const DeviceClaim& claimed, std::int64_t now_ms = signed_at) {
    return verify(claimed, nonce, now_ms);
}

} // namespace

TEST_SUITE("supervisor/auth") {
    TEST_CASE("the strings that are signed are those of the published vector") {
        CHECK(
            signed_text_v3(claim(v3_signature)) ==
            "v3|56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c|cli|cli|operator|"
            "operator.read,operator.write|1737264000000|example-shared-token|"
            "3f6c1c1e-6a2b-4d53-9a52-0c8a1d0e4b11|linux|linux");
        CHECK(
            signed_text_v2(claim(v2_signature)) ==
            "v2|56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c|cli|cli|operator|"
            "operator.read,operator.write|1737264000000|example-shared-token|"
            "3f6c1c1e-6a2b-4d53-9a52-0c8a1d0e4b11");
    }

    TEST_CASE("version 3 and version 2 signatures are both accepted") {
        CHECK_FALSE(at(claim(v3_signature)));
        CHECK_FALSE(at(claim(v2_signature)));
    }

    TEST_CASE("a node without scopes, token and family signs empty slots") {
        DeviceClaim node = claim("SsdLs92wFA5xTfcaXymidIA-1frOIBMKrcHhwiur1mG_AyYqw7biSFvQ_"
                                 "FMXIQIniQ4Jp5kiyJHsPp1VyksnAA");
        node.client_id = "node-host";
        node.client_mode = node.role = "node";
        node.scopes = {};
        node.token = {};
        node.platform = " macOS ";
        node.device_family = {};
        CHECK_FALSE(at(node));
    }

    TEST_CASE("everything that is signed matters") {
        const auto broken = [](auto change) {
            DeviceClaim changed = claim(v3_signature);
            change(changed);
            return at(changed);
        };
        CHECK(broken([](DeviceClaim& c) { c.platform = "windows"; }) == DeviceFault::bad_signature);
        CHECK(broken([](DeviceClaim& c) { c.token = ""; }) == DeviceFault::bad_signature);
        CHECK(broken([](DeviceClaim& c) { c.role = "node"; }) == DeviceFault::bad_signature);
        CHECK(broken([](DeviceClaim& c) { c.client_mode = "ui"; }) == DeviceFault::bad_signature);
        CHECK(broken([](DeviceClaim& c) { c.signed_at_ms += 1; }) == DeviceFault::bad_signature);
        static const std::vector<std::string_view> turned = {"operator.write", "operator.read"};
        CHECK(broken([](DeviceClaim& c) { c.scopes = turned; }) == DeviceFault::bad_signature);
        CHECK(broken([](DeviceClaim& c) { c.signature = "AAAA"; }) == DeviceFault::bad_signature);
        CHECK(broken([](DeviceClaim& c) { c.signature = "!!"; }) == DeviceFault::bad_signature);
    }

    TEST_CASE("faults are found in the order of the table: id, time, nonce, signature") {
        DeviceClaim wrong = claim("AAAA");
        wrong.nonce = "abc";
        wrong.id = "0000";
        CHECK(at(wrong, signed_at + 600'000) == DeviceFault::id_mismatch);
        wrong.id = device_id;
        CHECK(at(wrong, signed_at + 600'000) == DeviceFault::expired);
        CHECK(at(wrong) == DeviceFault::nonce_mismatch);
        wrong.nonce = "";
        CHECK(at(wrong) == DeviceFault::nonce_missing);
        wrong.public_key = "AAAA"; // an unreadable key is an id mismatch first
        CHECK(at(wrong) == DeviceFault::id_mismatch);
    }

    TEST_CASE("a clock may be two minutes off, in both directions") {
        CHECK_FALSE(at(claim(v3_signature), signed_at + 90'000));
        CHECK_FALSE(at(claim(v3_signature), signed_at - 90'000));
        CHECK(at(claim(v3_signature), signed_at + 130'000) == DeviceFault::expired);
        CHECK(at(claim(v3_signature), signed_at - 130'000) == DeviceFault::expired);
    }

    TEST_CASE("every fault has its words") {
        CHECK(words(DeviceFault::bad_signature).code == "DEVICE_AUTH_SIGNATURE_INVALID");
        CHECK(words(DeviceFault::bad_key).reason == "device-public-key");
        CHECK(words(DeviceFault::expired).message == "device signature expired");
    }
}
