#include "common/base/strings.h"
#include "supervisor/rpc/handshake.h"
#include "supervisor/rpc/origin.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <array>

using namespace openclaw;
using namespace openclaw::rpc;

namespace {

constexpr std::string_view nonce = "3f6c1c1e-6a2b-4d53-9a52-0c8a1d0e4b11";
constexpr std::int64_t now_ms = 1737264000000;

// One row of the table: what is asked, from where, and how the gate is set.
struct Row {
    std::string params;
    web::Arrival from{.ip = "127.0.0.1", .direct_local = true, .host = "127.0.0.1:18789"};
    auth::Mode mode = auth::Mode::token;
    bool is_starting = false;
    std::optional<Milliseconds> locked_for = {};
    std::vector<std::string> origins = {};
};

Verdict verdict_of(const Row& row) {
    const auto document = test::parsed(row.params);
    const auth::Gate gate{.mode = row.mode, .secret = Secret("s3cret")};
    return judge({.params = document.root(),
                  .from = row.from,
                  .gate = gate,
                  .allowed_origins = row.origins,
                  .challenge = nonce,
                  .now_ms = now_ms,
                  .is_starting = row.is_starting,
                  .locked_for = [&row](std::string_view) { return row.locked_for; }});
}

std::string params(std::string_view id, std::string_view mode,
                   std::string_view rest = R"(,"auth":{"token":"s3cret"})",
                   std::string_view scopes = R"(["operator.read"])") {
    return R"({"minProtocol":4,"maxProtocol":4,"client":{"id":")" + std::string(id) +
           R"(","version":"1","platform":"linux","mode":")" + std::string(mode) +
           R"("},"role":"operator","scopes":)" + std::string(scopes) + std::string(rest) + "}";
}

struct Refusal {
    std::string code, message, details;
    int close_code = 1008;
};

void check_refused(const Verdict& verdict, const Refusal& expected) {
    REQUIRE_FALSE(verdict.admitted);
    CHECK(verdict.refused.error.code == expected.code);
    CHECK(verdict.refused.error.message == expected.message);
    CHECK(verdict.refused.error.details == expected.details);
    CHECK(verdict.refused.close_code == expected.close_code);
}

std::string auth_details(std::string_view code, std::string_view reason, bool retry,
                         std::string_view step) {
    return R"({"code":")" + std::string(code) + R"(","authReason":")" + std::string(reason) +
           R"(","canRetryWithDeviceToken":)" + (retry ? "true" : "false") +
           R"(,"recommendedNextStep":")" + std::string(step) + "\"}";
}

// A device that holds the seed 00 01 … 1f, as in PROTOCOL.md 6.
struct Device {
    std::string id = "56475aa75463474c0285df5dbf2bcab73da651358839e9b77481b2eab107708c";
    std::string key = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";

    std::string sign(const std::string& text) const {
        std::array<unsigned char, 32> seed{};
        for (std::size_t i = 0; i < seed.size(); ++i)
            seed[i] = static_cast<unsigned char>(i);
        EVP_PKEY* secret =
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, secret);
        std::array<std::uint8_t, 64> signature{};
        std::size_t size = signature.size();
        EVP_DigestSign(context, signature.data(), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
        EVP_MD_CTX_free(context);
        EVP_PKEY_free(secret);
        return to_base64url(signature);
    }

    // ,"device":{…}[,"auth":{…}] for cli/cli, operator, [operator.read], linux.
    std::string part(std::string_view token, std::string_view auth,
                     std::string_view role = "operator",
                     std::string_view client = "cli|cli") const {
        const std::string text = "v3|" + id + "|" + std::string(client) + "|" + std::string(role) +
                                 "|operator.read|" + std::to_string(now_ms) + "|" +
                                 std::string(token) + "|" + std::string(nonce) + "|linux|";
        return R"(,"device":{"id":")" + id + R"(","publicKey":")" + key + R"(","signature":")" +
               sign(text) + R"(","signedAt":)" + std::to_string(now_ms) + R"(,"nonce":")" +
               std::string(nonce) + "\"}" + std::string(auth);
    }
};

const web::Arrival remote{.ip = "192.0.2.9", .direct_local = false, .host = "gw:18789"};

web::Arrival page(std::string origin) {
    return {.ip = "127.0.0.1",
            .direct_local = true,
            .has_origin = true,
            .origin = std::move(origin),
            .host = "127.0.0.1:18789"};
}

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE(
        "handshake: parameters are closed and checked first") { // captures: frames-and-protocol
        check_refused(verdict_of({.params = R"({"minProtocol":4,"maxProtocol":4})"}),
                      {"INVALID_REQUEST",
                       "invalid connect params: must have required property 'client'", ""});
        check_refused(verdict_of({.params = params("cli", "cli", R"(,"bogus":true)")}),
                      {"INVALID_REQUEST",
                       "invalid connect params: at root: unexpected property 'bogus'", ""});
        check_refused(
            verdict_of({.params = params("my-app", "cli")}),
            {"INVALID_REQUEST",
             "invalid connect params: at /client/id: must be equal to one of the allowed values",
             ""});
        check_refused(
            verdict_of({.params = params("cli", "operator")}),
            {"INVALID_REQUEST",
             "invalid connect params: at /client/mode: must be equal to one of the allowed values",
             ""});
        check_refused(verdict_of({.params = R"({"pad":"x"})"}),
                      {"INVALID_REQUEST",
                       "invalid connect params: must have required property 'minProtocol'; at "
                       "root: unexpected property 'pad'",
                       ""});
        const auto empty_nonce =
            R"(,"device":{"id":"a","publicKey":"b","signature":"c","signedAt":1,"nonce":""})";
        check_refused(
            verdict_of({.params = params("cli", "cli", empty_nonce)}),
            {"INVALID_REQUEST",
             "invalid connect params: at /device/nonce: must not have fewer than 1 characters",
             ""});
    }

    TEST_CASE("handshake: while starting everybody is told to come back, right or wrong") {
        for (const auto* rest : {R"(,"auth":{"token":"s3cret"})", R"(,"auth":{"token":"wrong"})"}) {
            const auto verdict =
                verdict_of({.params = params("cli", "cli", rest), .is_starting = true});
            check_refused(verdict, {"UNAVAILABLE", "gateway starting; retry shortly",
                                    R"({"reason":"startup-sidecars"})", 1013});
            CHECK(verdict.refused.close_reason == "gateway starting");
            CHECK(verdict.refused.error.retry_after_ms == 500);
            CHECK(verdict.refused.wrong.empty());
        }
    }

    TEST_CASE("handshake: the protocol range must hold 4; probes and nodes may be one behind") {
        const auto range = [](int min, int max, std::string_view id, std::string_view mode) {
            auto text = params(id, mode);
            text.replace(text.find("\"minProtocol\":4"), 15,
                         "\"minProtocol\":" + std::to_string(min));
            text.replace(text.find("\"maxProtocol\":4"), 15,
                         "\"maxProtocol\":" + std::to_string(max));
            return verdict_of({.params = text});
        };
        const auto details = [](int min, int max) {
            return R"({"code":"PROTOCOL_MISMATCH","clientMinProtocol":)" + std::to_string(min) +
                   R"(,"clientMaxProtocol":)" + std::to_string(max) +
                   R"(,"expectedProtocol":4,"minimumProbeProtocol":3})";
        };
        for (const auto& [min, max] : {std::pair{3, 3}, {5, 6}, {5, 4}})
            check_refused(range(min, max, "gateway-client", "backend"),
                          {"INVALID_REQUEST", "protocol mismatch", details(min, max), 1002});
        CHECK(range(1, 9, "gateway-client", "backend").admitted);
        CHECK(range(3, 3, "openclaw-probe", "probe").admitted);
        CHECK(range(3, 4, "cli", "probe").admitted);
        CHECK_FALSE(range(2, 2, "openclaw-probe", "probe").admitted);
    }

    TEST_CASE("handshake: another role is invalid") {
        auto text = params("gateway-client", "backend");
        text.replace(text.find("\"role\":\"operator\""), 17, "\"role\":\"admin\"");
        check_refused(verdict_of({.params = text}), {"INVALID_REQUEST", "invalid role", ""});
    }

    TEST_CASE("handshake: without a device, on this machine, with the secret") { // PROTOCOL.md 5.5
        const auto scopes_of = [](std::string_view id, std::string_view mode) {
            const auto verdict = verdict_of({.params = params(id, mode)});
            REQUIRE(verdict.admitted);
            CHECK(verdict.admitted->auth_method == "token");
            return verdict.admitted->scopes;
        };
        const policy::Scopes kept = {"operator.read"}, none = {};
        CHECK(scopes_of("gateway-client", "backend") == kept);
        CHECK(scopes_of("cli", "cli") == kept);
        CHECK(scopes_of("cli", "probe") == none);
        CHECK(scopes_of("openclaw-probe", "probe") == none);
        CHECK(scopes_of("test", "test") == none);
        CHECK(scopes_of("openclaw-tui", "ui") == none);
        check_refused(
            verdict_of({.params = params("openclaw-control-ui", "webchat"),
                        .from = page("http://127.0.0.1:18789")}),
            {"INVALID_REQUEST",
             "control ui requires device identity (use HTTPS or localhost secure context)",
             R"({"code":"CONTROL_UI_DEVICE_IDENTITY_REQUIRED"})"});
        auto node = params("node-host", "node");
        node.replace(node.find("\"role\":\"operator\""), 17, "\"role\":\"node\"");
        check_refused(verdict_of({.params = node}), {"NOT_PAIRED", "device identity required",
                                                     R"({"code":"DEVICE_IDENTITY_REQUIRED"})"});
    }

    TEST_CASE("handshake: omitted role and scopes make an operator without scopes") {
        const auto verdict = verdict_of(
            {.params =
                 R"({"minProtocol":4,"maxProtocol":4,"client":{"id":"cli","version":"1","platform":"linux","mode":"cli"},"auth":{"token":"s3cret"}})"});
        REQUIRE(verdict.admitted);
        CHECK(verdict.admitted->role == policy::Role::operator_role);
        CHECK(verdict.admitted->scopes.empty());
    }

    TEST_CASE("handshake: scopes are kept as asked, in order, unknown ones too") {
        const auto verdict = verdict_of(
            {.params = params("cli", "cli", R"(,"auth":{"token":"s3cret"})",
                              R"(["operator.write","operator.bogus","operator.read"])")});
        REQUIRE(verdict.admitted);
        CHECK(verdict.admitted->scopes ==
              policy::Scopes{"operator.write", "operator.bogus", "operator.read"});
    }

    TEST_CASE("handshake: the secret in either field, and its absence") { // captures: auth
        CHECK(verdict_of({.params = params("cli", "cli", R"(,"auth":{"password":"s3cret"})")})
                  .admitted);
        check_refused(
            verdict_of({.params = params("gateway-client", "backend", "")}),
            {"NOT_PAIRED", "device identity required", R"({"code":"DEVICE_IDENTITY_REQUIRED"})"});
        for (const auto* auth :
             {R"(,"auth":{"token":"wrong"})", R"(,"auth":{"password":"wrong"})"}) {
            const auto verdict = verdict_of({.params = params("gateway-client", "backend", auth)});
            check_refused(verdict,
                          {"INVALID_REQUEST",
                           "unauthorized: gateway token mismatch (provide gateway auth token)",
                           auth_details("AUTH_TOKEN_MISMATCH", "token_mismatch", false,
                                        "update_auth_credentials")});
            CHECK(verdict.refused.wrong == "shared-secret");
        }
        check_refused(verdict_of({.params = params("cli", "cli", R"(,"auth":{"password":"wrong"})"),
                                  .mode = auth::Mode::password}),
                      {"INVALID_REQUEST",
                       "unauthorized: gateway password mismatch (provide gateway auth password)",
                       auth_details("AUTH_PASSWORD_MISMATCH", "password_mismatch", false,
                                    "update_auth_credentials")});
        check_refused(
            verdict_of({.params = params("cli", "cli", R"(,"auth":{"bootstrapToken":"x"})")}),
            {"INVALID_REQUEST",
             "unauthorized: setup code invalid, expired, revoked, or already used (ask for a new "
             "one)",
             auth_details("AUTH_BOOTSTRAP_TOKEN_INVALID", "bootstrap_token_invalid", false,
                          "review_auth_configuration")});
    }

    TEST_CASE(
        "handshake: a locked source is refused with the right secret too, and told how long") {
        const auto verdict =
            verdict_of({.params = params("cli", "cli"), .locked_for = Milliseconds(19'980)});
        check_refused(
            verdict, {"INVALID_REQUEST",
                      "unauthorized: too many failed authentication attempts (retry later)",
                      auth_details("AUTH_RATE_LIMITED", "rate_limited", false, "wait_then_retry")});
        CHECK(verdict.refused.error.retryable == true);
        CHECK(verdict.refused.error.retry_after_ms == 19'980);
        CHECK(verdict.refused.wrong.empty());
    }

    TEST_CASE(
        "handshake: mode none asks nothing of a local backend, and a device of everybody else") {
        const auto backend = verdict_of(
            {.params = params("gateway-client", "backend", ""), .mode = auth::Mode::none});
        REQUIRE(backend.admitted);
        CHECK(backend.admitted->auth_method == "none");
        CHECK(backend.admitted->scopes == policy::Scopes{"operator.read"});
        check_refused(
            verdict_of({.params = params("cli", "cli", ""), .mode = auth::Mode::none}),
            {"NOT_PAIRED", "device identity required", R"({"code":"DEVICE_IDENTITY_REQUIRED"})"});
    }

    TEST_CASE("handshake: from another machine the secret alone grants no scope") {
        const auto verdict = verdict_of({.params = params("cli", "cli"), .from = remote});
        REQUIRE(verdict.admitted);
        CHECK(verdict.admitted->scopes.empty());
    }

    TEST_CASE("handshake: pages of strangers are refused, and a page takes the scopes of a backend "
              "away") { // captures: origin-and-proxy
        const std::string sentence = "origin not allowed (open the Control UI from the gateway "
                                     "host or allow it in gateway.controlUi.allowedOrigins)";
        check_refused(
            verdict_of({.params = params("webchat", "webchat")}),
            {"INVALID_REQUEST", sentence,
             R"({"code":"CONTROL_UI_ORIGIN_NOT_ALLOWED","reason":"origin missing or invalid"})"});
        check_refused(
            verdict_of({.params = params("gateway-client", "backend"),
                        .from = page("https://evil.example")}),
            {"INVALID_REQUEST", sentence,
             R"({"code":"CONTROL_UI_ORIGIN_NOT_ALLOWED","reason":"origin not allowed"})"});
        const auto verdict = verdict_of({.params = params("gateway-client", "backend"),
                                         .from = page("http://127.0.0.1:18789")});
        REQUIRE(verdict.admitted);
        CHECK(verdict.admitted->scopes.empty());
        CHECK(verdict_of({.params = params("test", "test"),
                          .from = page("https://ui.example"),
                          .origins = {"https://ui.example"}})
                  .admitted);
    }

    TEST_CASE("handshake: a device proves its key and keeps its scopes") { // captures: device-auth
        const Device device;
        const auto verdict =
            verdict_of({.params = params("cli", "cli",
                                         device.part("s3cret", R"(,"auth":{"token":"s3cret"})"))});
        REQUIRE(verdict.admitted);
        CHECK(verdict.admitted->device_id == device.id);
        CHECK(verdict.admitted->scopes == policy::Scopes{"operator.read"});
        CHECK(verdict_of({.params = params("cli", "cli",
                                           device.part("", R"(,"auth":{"password":"s3cret"})"))})
                  .admitted);
    }

    TEST_CASE("handshake: the device is judged before the credential") {
        const Device device;
        const auto unsigned_token = device.part("", R"(,"auth":{"deviceToken":"dt"})");
        check_refused(verdict_of({.params = params("cli", "cli", unsigned_token)}),
                      {"INVALID_REQUEST", "device signature invalid",
                       R"({"code":"DEVICE_AUTH_SIGNATURE_INVALID","reason":"device-signature"})"});
        auto wrong_nonce =
            params("cli", "cli", device.part("s3cret", R"(,"auth":{"token":"wrong"})"));
        const auto at = wrong_nonce.rfind(nonce);
        wrong_nonce.replace(at, nonce.size(), "abc");
        check_refused(
            verdict_of({.params = wrong_nonce}),
            {"INVALID_REQUEST", "device nonce mismatch",
             R"({"code":"DEVICE_AUTH_NONCE_MISMATCH","reason":"device-nonce-mismatch"})"});
    }

    TEST_CASE("handshake: what a device is told about its credential") { // captures: device-auth
        const Device device;
        check_refused(
            verdict_of({.params = params("cli", "cli",
                                         device.part("wrong", R"(,"auth":{"token":"wrong"})"))}),
            {"INVALID_REQUEST",
             "unauthorized: gateway token mismatch (use this gateway's gateway.auth.token or pair "
             "the device)",
             auth_details("AUTH_TOKEN_MISMATCH", "token_mismatch", true,
                          "retry_with_device_token")});
        check_refused(
            verdict_of(
                {.params = params(
                     "cli", "cli",
                     device.part("wrong", R"(,"auth":{"token":"wrong","deviceToken":"old"})"))}),
            {"INVALID_REQUEST", "unauthorized: device token mismatch (rotate/reissue device token)",
             auth_details("AUTH_DEVICE_TOKEN_MISMATCH", "device_token_mismatch", false,
                          "update_auth_credentials")});
        check_refused(verdict_of({.params = params("cli", "cli", device.part("", ""))}),
                      {"INVALID_REQUEST",
                       "unauthorized: gateway token missing (use this gateway's gateway.auth.token "
                       "or pair the device)",
                       auth_details("AUTH_TOKEN_MISSING", "token_missing", false,
                                    "update_auth_configuration")});
    }

    TEST_CASE("handshake: a device from another machine must be paired") {
        const Device device;
        const auto verdict = verdict_of(
            {.params = params("cli", "cli", device.part("s3cret", R"(,"auth":{"token":"s3cret"})")),
             .from = remote});
        CHECK_FALSE(verdict.admitted);
        REQUIRE(verdict.asking);
        CHECK(verdict.asking->need == policy::PairingNeed::not_paired);
        CHECK(verdict.asking->visitor.device_id == device.id);
    }

    TEST_CASE("origins are compared by host and port, and loopback names are one") {
        const std::vector<std::string> none, listed = {"https://a.example"}, any = {"*"};
        CHECK(judge_origin("http://gw:18789", "GW:18789", none) == OriginVerdict::allowed);
        CHECK(judge_origin("http://localhost:18789", "127.0.0.1:18789", none) ==
              OriginVerdict::allowed);
        CHECK(judge_origin("http://[::1]:18789", "localhost:18789", none) ==
              OriginVerdict::allowed);
        CHECK(judge_origin("http://localhost:3000", "127.0.0.1:18789", none) ==
              OriginVerdict::not_allowed);
        CHECK(judge_origin("http://gw", "gw:18789", none) == OriginVerdict::not_allowed);
        CHECK(judge_origin("https://A.example", "gw", listed) == OriginVerdict::allowed);
        CHECK(judge_origin("https://a.example.evil", "gw", listed) == OriginVerdict::not_allowed);
        CHECK(judge_origin("https://x", "gw", any) == OriginVerdict::allowed);
        for (const auto* bad : {"", "null", "ftp://x", "http://", "http://a/b", "http://u@gw"})
            CHECK(judge_origin(bad, "gw", any) == OriginVerdict::missing_or_invalid);
    }
}
