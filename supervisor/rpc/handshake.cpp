#include "supervisor/rpc/handshake.h"

#include "common/json/write.h"
#include "supervisor/auth/device_identity.h"
#include "supervisor/rpc/connect_params.h"
#include "supervisor/rpc/origin.h"

#include <algorithm>

namespace openclaw::rpc {

namespace {

constexpr std::uint16_t protocol_error = 1002, policy_violation = 1008,
                        try_again_later = 1013; // RFC 6455, IANA registry
constexpr std::string_view control_ui = "openclaw-control-ui";

// What `connect` says, read once.
struct Introduction {
    explicit Introduction(const HandshakeQuestion& question)
        : asked(question)
        , params(question.params)
        , client_id(params["client"]["id"].text())
        , mode(params["client"]["mode"].text())
        , role(params["role"].text("operator"))
        , device(params["device"])
        , auth(params["auth"]) {}

    std::optional<std::string_view> shown(std::string_view field) const {
        const auto text = auth[field].text();
        return text.empty() ? std::nullopt : std::optional(text);
    }

    auth::Shown credentials() const {
        return {.token = shown("token"),
                .password = shown("password"),
                .device_token = shown("deviceToken"),
                .bootstrap_token = shown("bootstrapToken")};
    }

    bool is(std::string_view id, std::string_view with_mode) const {
        return client_id == id && mode == with_mode;
    }

    bool has_device() const { return device.is_object(); }

    bool is_control_ui() const { return client_id == control_ui; }

    const HandshakeQuestion& asked;
    json::View params;
    std::string_view client_id, mode, role;
    json::View device, auth;
};

Refused refuse(WireError error, std::uint16_t close_code = policy_violation) {
    std::string reason = error.message;
    return {.error = std::move(error), .close_code = close_code, .close_reason = std::move(reason)};
}

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

// Step 3.
Refused refuse_while_starting() {
    WireError error =
        unavailable("gateway starting; retry shortly", R"({"reason":"startup-sidecars"})");
    error.retryable = true;
    error.retry_after_ms = 500; // PROTOCOL.md 4: clients clamp it to 100–2000 ms
    Refused refused = refuse(std::move(error), try_again_later);
    refused.close_reason = "gateway starting";
    return refused;
}

// Step 4.
bool speaks_our_protocol(const Introduction& intro) {
    const bool is_lenient = intro.mode == "probe" || (intro.role == "node" && intro.mode == "node");
    const std::int64_t lowest = is_lenient ? minimum_probe_protocol : protocol_version;
    return intro.params["minProtocol"].integer() <= protocol_version &&
           intro.params["maxProtocol"].integer() >= lowest;
}

Refused refuse_protocol(const Introduction& intro) {
    json::Writer details;
    details.begin_object().member("code", "PROTOCOL_MISMATCH");
    details.member("clientMinProtocol", intro.params["minProtocol"].integer())
        .member("clientMaxProtocol", intro.params["maxProtocol"].integer());
    details.member("expectedProtocol", protocol_version)
        .member("minimumProbeProtocol", minimum_probe_protocol)
        .end_object();
    return refuse(invalid_request("protocol mismatch", details.take()), protocol_error);
}

// Step 6.
std::optional<Refused> check_origin(const Introduction& intro) {
    const web::Arrival& from = intro.asked.from;
    const bool needs_origin =
        intro.is_control_ui() || intro.client_id == "webchat" || intro.client_id == "webchat-ui";
    if (!from.has_origin && !needs_origin) return std::nullopt;
    const auto verdict = judge_origin(from.origin, from.host, intro.asked.allowed_origins);
    if (verdict == OriginVerdict::allowed) return std::nullopt;
    const std::string_view reason =
        verdict == OriginVerdict::not_allowed ? "origin not allowed" : "origin missing or invalid";
    return refuse(invalid_request("origin not allowed (open the Control UI from the gateway host "
                                  "or allow it in gateway.controlUi.allowedOrigins)",
                                  code_and_reason("CONTROL_UI_ORIGIN_NOT_ALLOWED", reason)));
}

// Step 7: the device.
Refused refuse_without_device(const Introduction& intro) {
    if (intro.is_control_ui())
        return refuse(invalid_request(
            "control ui requires device identity (use HTTPS or localhost secure context)",
            code_details("CONTROL_UI_DEVICE_IDENTITY_REQUIRED")));
    return refuse({.code = "NOT_PAIRED",
                   .message = "device identity required",
                   .details = code_details("DEVICE_IDENTITY_REQUIRED")});
}

std::vector<std::string_view> requested_scopes(const Introduction& intro) {
    std::vector<std::string_view> scopes;
    intro.params["scopes"].each_element(
        [&](json::View scope) { return scopes.push_back(scope.text()), true; });
    return scopes;
}

std::optional<Refused> check_device(const Introduction& intro) {
    const auto scopes = requested_scopes(intro);
    const auto shown = intro.credentials();
    const auth::DeviceClaim claim{.id = intro.device["id"].text(),
                                  .public_key = intro.device["publicKey"].text(),
                                  .signature = intro.device["signature"].text(),
                                  .nonce = intro.device["nonce"].text(),
                                  .signed_at_ms = intro.device["signedAt"].integer(),
                                  .client_id = intro.client_id,
                                  .client_mode = intro.mode,
                                  .role = intro.params["role"].text(),
                                  .platform = intro.params["client"]["platform"].text(),
                                  .device_family = intro.params["client"]["deviceFamily"].text(),
                                  .scopes = scopes,
                                  .token = shown.token.value_or(shown.device_token.value_or(
                                      shown.bootstrap_token.value_or("")))};
    const auto fault = auth::verify(claim, intro.asked.challenge, intro.asked.now_ms);
    if (!fault) return std::nullopt;
    const auto words = auth::words(*fault);
    return refuse(
        invalid_request(std::string(words.message), code_and_reason(words.code, words.reason)));
}

// Step 7: the credential. Old clients look for the words before the parentheses (PROTOCOL.md 5.2).
std::string_view hint(const Introduction& intro, bool is_missing, bool is_password) {
    if (intro.is_control_ui()) {
        if (is_password) return "enter the password in Control UI settings";
        return is_missing ? "paste in Control UI settings or openclaw doctor "
                            "--generate-gateway-token; restart"
                          : "open the dashboard URL and paste the token in Control UI settings";
    }
    if (is_password) return "provide gateway auth password";
    return intro.has_device() ? "use this gateway's gateway.auth.token or pair the device"
                              : "provide gateway auth token";
}

struct AuthFailure {
    std::string message, code, reason;
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

Refused refuse_mismatch(const Introduction& intro, std::string_view secret) {
    const auto shown = intro.credentials();
    AuthFailure failure;
    failure.next_step = "update_auth_credentials";
    if (shown.device_token && intro.has_device()) {
        failure.message = "device token mismatch (rotate/reissue device token)";
        failure.code = "AUTH_DEVICE_TOKEN_MISMATCH";
        failure.reason = "device_token_mismatch";
    } else {
        const bool is_password = secret == "password";
        failure.message = "gateway " + std::string(secret) + " mismatch (" +
                          std::string(hint(intro, false, is_password)) + ")";
        failure.code = is_password ? "AUTH_PASSWORD_MISMATCH" : "AUTH_TOKEN_MISMATCH";
        failure.reason = std::string(secret) + "_mismatch";
        failure.may_retry_with_device_token = intro.has_device();
        if (intro.has_device()) failure.next_step = "retry_with_device_token";
    }
    Refused refused = refuse_credential(failure);
    refused.was_wrong_credential = true;
    return refused;
}

Refused refuse_missing(const Introduction& intro, std::string_view secret) {
    const bool is_password = secret == "password";
    return refuse_credential({.message = "gateway " + std::string(secret) + " missing (" +
                                         std::string(hint(intro, true, is_password)) + ")",
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

Refused refuse_bootstrap() {
    Refused refused = refuse_credential(
        {.message = "setup code invalid, expired, revoked, or already used (ask for a new one)",
         .code = "AUTH_BOOTSTRAP_TOKEN_INVALID",
         .reason = "bootstrap_token_invalid",
         .next_step = "review_auth_configuration"});
    refused.was_wrong_credential = true;
    return refused;
}

std::optional<Refused> check_credential(const Introduction& intro) {
    const auto shown = intro.credentials();
    const auto& gate = intro.asked.gate;
    const std::string_view secret = auth::name(gate.mode);
    const bool shows_something =
        shown.token || shown.password || shown.device_token || shown.bootstrap_token;
    if (gate.mode != auth::Mode::none && !shows_something)
        return intro.has_device() ? refuse_missing(intro, secret) : refuse_without_device(intro);
    if (intro.asked.locked_for && gate.mode != auth::Mode::none)
        return refuse_locked_out(*intro.asked.locked_for);
    switch (auth::check_shared_secret(gate, shown)) {
    case auth::Proof::accepted:
        return std::nullopt;
    case auth::Proof::not_configured:
        return refuse_not_configured(secret);
    case auth::Proof::missing:
        return shown.bootstrap_token && !shown.device_token ? refuse_bootstrap()
                                                            : refuse_mismatch(intro, secret);
    case auth::Proof::mismatch:
        return refuse_mismatch(intro, secret);
    }
    return std::nullopt;
}

// Step 7: pairing. Silent on this machine (PROTOCOL.md 7.2).
Refused refuse_unpaired(const Introduction& intro) {
    json::Writer details;
    details.begin_object().member("code", "PAIRING_REQUIRED").member("reason", "not-paired");
    details.member("remediationHint", "Pairing from another machine is not available in this "
                                      "build; connect from the gateway's own machine.");
    details.member("deviceId", intro.device["id"].text()).member("requestedRole", intro.role);
    details.key("requestedScopes").begin_array();
    for (const auto scope : requested_scopes(intro))
        details.value(scope);
    details.end_array().end_object();
    return refuse({.code = "NOT_PAIRED",
                   .message = "pairing required: device is not approved yet",
                   .details = details.take()});
}

// PROTOCOL.md 5.5: without a device only two kinds of local callers keep the scopes they ask for.
bool keeps_scopes(const Introduction& intro) {
    if (intro.has_device()) return true;
    if (!intro.asked.from.direct_local || intro.asked.from.has_origin) return false;
    return intro.is("gateway-client", "backend") || intro.is("cli", "cli");
}

std::optional<Refused> check_admission(const Introduction& intro) {
    const bool is_local = intro.asked.from.direct_local;
    if (intro.has_device()) return is_local ? std::nullopt : std::optional(refuse_unpaired(intro));
    const bool is_local_backend = is_local && intro.is("gateway-client", "backend");
    if (intro.asked.gate.mode == auth::Mode::none && !is_local_backend)
        return refuse_without_device(intro);
    return std::nullopt;
}

std::string text_of(json::View client, std::string_view field) {
    return std::string(client[field].text());
}

Admitted admit(const Introduction& intro, policy::Role role) {
    const auto client = intro.params["client"];
    Admitted admitted{.role = role,
                      .scopes = {},
                      .auth_method = std::string(auth::name(intro.asked.gate.mode)),
                      .device_id = std::string(intro.device["id"].text()),
                      .client = {.id = std::string(intro.client_id),
                                 .mode = std::string(intro.mode),
                                 .version = text_of(client, "version"),
                                 .platform = text_of(client, "platform"),
                                 .display_name = text_of(client, "displayName"),
                                 .device_family = text_of(client, "deviceFamily"),
                                 .instance_id = text_of(client, "instanceId"),
                                 .time_zone = text_of(client, "timeZone")},
                      .caps = {}};
    if (role == policy::Role::operator_role && keeps_scopes(intro))
        for (const auto scope : requested_scopes(intro))
            admitted.scopes.emplace_back(scope);
    intro.params["caps"].each_element(
        [&](json::View cap) { return admitted.caps.emplace_back(cap.text()), true; });
    return admitted;
}

std::optional<Refused> question_in_order(const Introduction& intro,
                                         std::optional<policy::Role> role) {
    if (intro.asked.is_starting) return refuse_while_starting();
    if (!speaks_our_protocol(intro)) return refuse_protocol(intro);
    if (!role) return refuse(invalid_request("invalid role"));
    if (const auto refused = check_origin(intro)) return refused;
    const bool must_have_device = intro.is_control_ui() || role == policy::Role::node;
    if (!intro.has_device() && must_have_device) return refuse_without_device(intro);
    if (intro.has_device())
        if (const auto refused = check_device(intro)) return refused;
    if (const auto refused = check_credential(intro)) return refused;
    return check_admission(intro);
}

} // namespace

Verdict judge(const HandshakeQuestion& question) {
    Verdict verdict;
    if (const auto problem = complaint(question.params, connect_fields)) {
        verdict.refused = refuse(invalid_request("invalid connect params: " + *problem));
        return verdict;
    }
    const Introduction intro(question);
    const auto role = policy::role_from(intro.role);
    if (auto refused = question_in_order(intro, role))
        verdict.refused = std::move(*refused);
    else
        verdict.admitted = admit(intro, *role);
    verdict.used_shared_secret = verdict.admitted && question.gate.mode != auth::Mode::none;
    return verdict;
}

} // namespace openclaw::rpc
