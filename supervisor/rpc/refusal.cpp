#include "supervisor/rpc/refusal.h"

#include "common/json/write.h"

namespace openclaw::rpc {

namespace {

constexpr std::uint16_t protocol_error = 1002, try_again_later = 1013; // RFC 6455, IANA registry

std::string code_details(std::string_view code) {
    return json::Writer().begin_object().member("code", code).end_object().take();
}

std::string code_and_reason(std::string_view code, std::string_view reason) {
    return json::Writer()
        .begin_object()
        .member("code", code)
        .member("reason", reason)
        .end_object()
        .take();
}

std::string_view hint(const RefusedClient& client, bool is_missing, bool is_password) {
    if (client.is_control_ui) {
        if (is_password) return "enter the password in Control UI settings";
        return is_missing ? "paste in Control UI settings or openclaw doctor "
                            "--generate-gateway-token; restart"
                          : "open the dashboard URL and paste the token in Control UI settings";
    }
    if (is_password) return "provide gateway auth password";
    return client.has_device ? "use this gateway's gateway.auth.token or pair the device"
                             : "provide gateway auth token";
}

struct AuthFailure {
    std::string message;
    std::string_view code;
    std::string reason;
    std::string_view next_step;
    bool may_retry_with_device_token = false;
};

Refused refuse_credential(const AuthFailure& failure) {
    json::Writer details;
    details.begin_object().member("code", failure.code).member("authReason", failure.reason);
    details.member("canRetryWithDeviceToken", failure.may_retry_with_device_token)
        .member("recommendedNextStep", failure.next_step)
        .end_object();
    return refuse(invalid_request("unauthorized: " + failure.message, details.take()));
}

void write_words(json::Writer& out, std::string_view name, std::span<const std::string> words) {
    out.key(name).begin_array();
    for (const auto& word : words)
        out.value(word);
    out.end_array();
}

std::string pairing_details(const Asking& asking, std::string_view request_id,
                            const ledger::Device* known) {
    const auto words = policy::words(asking.need);
    const Visitor& visitor = asking.visitor;
    json::Writer out;
    out.begin_object().member("code", "PAIRING_REQUIRED").member("reason", words.reason);
    out.member("requestId", request_id).member("remediationHint", words.hint);
    out.member("deviceId", visitor.device_id).member("requestedRole", visitor.role);
    if (!visitor.scopes.empty()) write_words(out, "requestedScopes", visitor.scopes);
    if (known != nullptr) {
        write_words(out, "approvedRoles", known->roles);
        write_words(out, "approvedScopes", known->scopes);
    }
    return out.end_object().take();
}

} // namespace

Refused refuse(WireError error, std::uint16_t close_code) {
    std::string reason = error.message;
    return {.error = std::move(error), .close_code = close_code, .close_reason = std::move(reason)};
}

Refused refuse_while_starting() {
    WireError error =
        unavailable("gateway starting; retry shortly", R"({"reason":"startup-sidecars"})");
    error.retryable = true;
    error.retry_after_ms = 500; // PROTOCOL.md 4: clients clamp it to 100–2000 ms
    Refused refused = refuse(std::move(error), try_again_later);
    refused.close_reason = "gateway starting";
    return refused;
}

Refused refuse_protocol(std::int64_t client_min, std::int64_t client_max) {
    json::Writer details;
    details.begin_object().member("code", "PROTOCOL_MISMATCH");
    details.member("clientMinProtocol", client_min).member("clientMaxProtocol", client_max);
    details.member("expectedProtocol", protocol_version)
        .member("minimumProbeProtocol", minimum_probe_protocol)
        .end_object();
    return refuse(invalid_request("protocol mismatch", details.take()), protocol_error);
}

Refused refuse_origin(std::string_view reason) {
    return refuse(invalid_request("origin not allowed (open the Control UI from the gateway host "
                                  "or allow it in gateway.controlUi.allowedOrigins)",
                                  code_and_reason("CONTROL_UI_ORIGIN_NOT_ALLOWED", reason)));
}

Refused refuse_without_device(const RefusedClient& client) {
    if (client.is_control_ui)
        return refuse(invalid_request(
            "control ui requires device identity (use HTTPS or localhost secure context)",
            code_details("CONTROL_UI_DEVICE_IDENTITY_REQUIRED")));
    return refuse({.code = "NOT_PAIRED",
                   .message = "device identity required",
                   .details = code_details("DEVICE_IDENTITY_REQUIRED")});
}

Refused refuse_device(auth::DeviceFault fault) {
    const auto words = auth::words(fault);
    Refused refused = refuse(
        invalid_request(std::string(words.message), code_and_reason(words.code, words.reason)));
    if (fault == auth::DeviceFault::bad_signature) refused.wrong = auth::credential::signature;
    return refused;
}

Refused refuse_locked_out(Milliseconds left) {
    Refused refused =
        refuse_credential({.message = "too many failed authentication attempts (retry later)",
                           .code = "AUTH_RATE_LIMITED",
                           .reason = "rate_limited",
                           .next_step = "wait_then_retry"});
    refused.error.retryable = true;
    refused.error.retry_after_ms = left.count();
    return refused;
}

Refused refuse_mismatch(const RefusedClient& client, std::string_view secret) {
    const bool is_password = secret == "password";
    AuthFailure failure{.message = "gateway " + std::string(secret) + " mismatch (" +
                                   std::string(hint(client, false, is_password)) + ")",
                        .code = is_password ? "AUTH_PASSWORD_MISMATCH" : "AUTH_TOKEN_MISMATCH",
                        .reason = std::string(secret) + "_mismatch",
                        .next_step = "update_auth_credentials"};
    failure.may_retry_with_device_token = client.has_device;
    if (client.has_device) failure.next_step = "retry_with_device_token";
    Refused refused = refuse_credential(failure);
    refused.wrong = auth::credential::shared_secret;
    return refused;
}

Refused refuse_missing(const RefusedClient& client, std::string_view secret) {
    const bool is_password = secret == "password";
    return refuse_credential({.message = "gateway " + std::string(secret) + " missing (" +
                                         std::string(hint(client, true, is_password)) + ")",
                              .code = is_password ? "AUTH_PASSWORD_MISSING" : "AUTH_TOKEN_MISSING",
                              .reason = std::string(secret) + "_missing",
                              .next_step = "update_auth_configuration"});
}

Refused refuse_not_configured(std::string_view secret) {
    const bool is_password = secret == "password";
    return refuse_credential(
        {.message = "gateway " + std::string(secret) + " is not configured (set gateway.auth." +
                    std::string(secret) + ")",
         .code = is_password ? "AUTH_PASSWORD_NOT_CONFIGURED" : "AUTH_TOKEN_NOT_CONFIGURED",
         .reason = std::string(secret) + "_missing_config",
         .next_step = "review_auth_configuration"});
}

Refused refuse_device_token() {
    Refused refused =
        refuse_credential({.message = "device token mismatch (rotate/reissue device token)",
                           .code = "AUTH_DEVICE_TOKEN_MISMATCH",
                           .reason = "device_token_mismatch",
                           .next_step = "update_auth_credentials"});
    refused.wrong = auth::credential::device_token;
    return refused;
}

Refused refuse_device_token_scopes() {
    return refuse_credential(
        {.message = "device token scope mismatch (re-pair or approve scope upgrade)",
         .code = "AUTH_SCOPE_MISMATCH",
         .reason = "scope_mismatch",
         .next_step = "review_auth_configuration"});
}

Refused refuse_setup_code() {
    Refused refused = refuse_credential(
        {.message = "setup code invalid, expired, revoked, or already used (ask for a new one)",
         .code = "AUTH_BOOTSTRAP_TOKEN_INVALID",
         .reason = "bootstrap_token_invalid",
         .next_step = "review_auth_configuration"});
    refused.wrong = auth::credential::bootstrap_token;
    return refused;
}

Refused refuse_proxy(auth::ProxyProof proof) {
    const auto words = auth::words(proof);
    return refuse_credential({.message = std::string(words.message),
                              .code = words.code,
                              .reason = std::string(words.reason),
                              .next_step = "review_auth_configuration"});
}

Refused refuse_unpaired(const Asking& asking, std::string_view request_id,
                        const ledger::Device* known) {
    const std::string sentence =
        "pairing required: " + std::string(policy::words(asking.need).tail);
    Refused refused = refuse({.code = "NOT_PAIRED",
                              .message = sentence,
                              .details = pairing_details(asking, request_id, known)});
    refused.close_reason = sentence + " (requestId: " + std::string(request_id) + ")";
    return refused;
}

} // namespace openclaw::rpc
