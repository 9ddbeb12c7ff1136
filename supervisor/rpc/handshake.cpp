#include "supervisor/rpc/handshake.h"

#include "supervisor/auth/attempt_limit.h"
#include "supervisor/auth/device_identity.h"
#include "supervisor/auth/device_token.h"
#include "supervisor/rpc/connect_params.h"
#include "supervisor/rpc/credential.h"
#include "supervisor/rpc/origin.h"
#include "supervisor/rpc/refusal.h"

#include <expected>

namespace openclaw::rpc {

namespace {

// Step 4.
bool speaks_our_protocol(const Introduction& intro) {
    const bool is_lenient = intro.mode == "probe" || (intro.role == "node" && intro.mode == "node");
    const std::int64_t lowest = is_lenient ? minimum_probe_protocol : protocol_version;
    return intro.params["minProtocol"].integer() <= protocol_version &&
           intro.params["maxProtocol"].integer() >= lowest;
}

// Step 6.
std::optional<Refused> check_origin(const Introduction& intro) {
    const web::Arrival& from = intro.asked.from;
    if (!from.has_origin && !intro.is_web_page()) return std::nullopt;
    const auto verdict = judge_origin(from.origin, from.host, intro.asked.allowed_origins);
    if (verdict == OriginVerdict::allowed) return std::nullopt;
    return refuse_origin(verdict == OriginVerdict::not_allowed ? "origin not allowed"
                                                               : "origin missing or invalid");
}

// Step 7. Before any work with what was shown: whoever was wrong too often is not listened to.
std::optional<Refused> check_lock(const Introduction& intro) {
    if (!intro.asked.locked_for) return std::nullopt;
    std::vector<std::string_view> shown;
    if (intro.has_setup_code_only()) shown.push_back(auth::credential::bootstrap_token);
    if (intro.asked.gate.mode != auth::Mode::none) {
        if (intro.has_shared_secret()) shown.push_back(auth::credential::shared_secret);
        if (intro.shown.device_token) shown.push_back(auth::credential::device_token);
    }
    if (intro.has_device()) shown.push_back(auth::credential::signature);
    for (const auto credential : shown)
        if (const auto left = intro.asked.locked_for(credential)) return refuse_locked_out(*left);
    return std::nullopt;
}

// Step 7: the device.
std::optional<Refused> check_device(const Introduction& intro) {
    const std::vector<std::string_view> scopes(intro.scopes.begin(), intro.scopes.end());
    const auto& shown = intro.shown;
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
    return fault ? std::optional(refuse_device(*fault)) : std::nullopt;
}

std::string method_of(const Introduction& intro, const Proof& proof) {
    switch (proof.kind) {
    case Proof::Kind::device_token:
        return "device-token";
    case Proof::Kind::setup_code:
        return "bootstrap-token";
    case Proof::Kind::shared_secret:
        return std::string(intro.secret());
    case Proof::Kind::nothing_wanted:
    case Proof::Kind::proxy:
        break;
    }
    return std::string(auth::name(intro.asked.gate.mode));
}

// Without a device only few callers keep the scopes they ask for (PROTOCOL.md 5.5).
bool keeps_scopes(const Introduction& intro, const Proof& proof) {
    if (intro.has_device() || proof.kind == Proof::Kind::proxy) return true;
    if (!intro.asked.from.direct_local || intro.asked.from.has_origin) return false;
    return intro.is("gateway-client", "backend") || intro.is("cli", "cli");
}

std::optional<Refused> check_deviceless(const Introduction& intro, policy::Role role,
                                        const Proof& proof) {
    if (role == policy::Role::node) return refuse_without_device(intro.seen());
    if (proof.kind == Proof::Kind::proxy) return std::nullopt;
    const bool is_local_backend =
        intro.asked.from.direct_local && intro.is("gateway-client", "backend");
    const bool is_open = proof.kind == Proof::Kind::nothing_wanted && !is_local_backend;
    if (intro.is_control_ui() || is_open) return refuse_without_device(intro.seen());
    return std::nullopt;
}

Admitted admit(const Introduction& intro, policy::Role role, const Proof& proof) {
    Admitted admitted;
    admitted.role = role;
    admitted.auth_method = method_of(intro, proof);
    admitted.device_id = intro.device["id"].text();
    admitted.client = {.id = std::string(intro.client_id),
                       .mode = std::string(intro.mode),
                       .version = intro.client_text("version"),
                       .platform = intro.client_text("platform"),
                       .display_name = intro.client_text("displayName"),
                       .device_family = intro.client_text("deviceFamily"),
                       .instance_id = intro.client_text("instanceId"),
                       .time_zone = intro.client_text("timeZone")};
    if (role == policy::Role::operator_role && keeps_scopes(intro, proof))
        admitted.scopes = intro.scopes;
    intro.params["caps"].each_element(
        [&](json::View cap) { return admitted.caps.emplace_back(cap.text()), true; });
    return admitted;
}

// Step 7: pairing.

Visitor visitor_of(const Introduction& intro) {
    return {.device_id = std::string(intro.device["id"].text()),
            .face = {.public_key = std::string(intro.device["publicKey"].text()),
                     .display_name = intro.client_text("displayName"),
                     .platform = intro.client_text("platform"),
                     .device_family = intro.client_text("deviceFamily"),
                     .client_id = std::string(intro.client_id),
                     .client_mode = std::string(intro.mode)},
            .role = std::string(intro.role),
            .scopes = intro.scopes};
}

policy::PairingNeed need_of(const Introduction& intro, const policy::DeviceVisit& visit) {
    const auto* device = intro.known_device();
    if (device == nullptr) return policy::pairing_need(std::nullopt, visit);
    std::vector<std::string> roles; // a revoked token takes its role along
    for (const auto& token : device->tokens)
        roles.push_back(token.role);
    return policy::pairing_need(policy::KnownDevice{.roles = roles,
                                                    .scopes = device->scopes,
                                                    .platform = device->face.platform,
                                                    .device_family = device->face.device_family},
                                visit);
}

void redeem(Admitted& admitted, const ledger::SetupCode& code) {
    admitted.entry = Entry::redeem;
    admitted.approved_via = "bootstrap";
    admitted.setup_id = code.setup_id;
    if (admitted.role == policy::Role::operator_role)
        admitted.scopes =
            policy::intersect(admitted.scopes, policy::setup_access(code.access)->operator_scopes);
}

void check_pairing(const Introduction& intro, const Proof& proof, Verdict& verdict) {
    Admitted& admitted = *verdict.admitted;
    admitted.visitor = visitor_of(intro);
    if (proof.kind == Proof::Kind::setup_code) return redeem(admitted, *proof.code);
    const bool shows_secret =
        proof.kind == Proof::Kind::shared_secret || proof.kind == Proof::Kind::nothing_wanted;
    const policy::DeviceVisit visit{
        .role = intro.role,
        .scopes = intro.scopes,
        .platform = admitted.visitor.face.platform,
        .device_family = admitted.visitor.face.device_family,
        .is_direct_local = intro.asked.from.direct_local && shows_secret,
        .is_plain_cli = intro.is("cli", "cli"),
        .is_vouched_for = proof.kind == Proof::Kind::proxy && intro.is_web_page(),
        .may_approve_locally = intro.asked.approves_locally};
    const auto need = need_of(intro, visit);
    if (!policy::is_silent(need, visit)) {
        verdict.asking = Asking{.visitor = std::move(admitted.visitor), .need = need};
        return verdict.admitted.reset();
    }
    admitted.entry = need == policy::PairingNeed::none ? Entry::known : Entry::approve;
    admitted.approved_via = visit.is_vouched_for ? "trusted-proxy" : "silent";
}

// Steps 3 to 7, up to the credential.
Judged question_in_order(const Introduction& intro, std::optional<policy::Role> role) {
    if (intro.asked.is_starting) return std::unexpected(refuse_while_starting());
    if (!speaks_our_protocol(intro))
        return std::unexpected(refuse_protocol(intro.params["minProtocol"].integer(),
                                               intro.params["maxProtocol"].integer()));
    if (!role) return std::unexpected(refuse(invalid_request("invalid role")));
    if (auto refused = check_origin(intro)) return std::unexpected(*std::move(refused));
    const bool is_proxied = intro.asked.gate.mode == auth::Mode::trusted_proxy;
    const bool must_have_device =
        (intro.is_control_ui() && !is_proxied) || role == policy::Role::node;
    if (!intro.has_device() && must_have_device)
        return std::unexpected(refuse_without_device(intro.seen()));
    if (auto refused = check_lock(intro)) return std::unexpected(*std::move(refused));
    if (intro.has_device())
        if (auto refused = check_device(intro)) return std::unexpected(*std::move(refused));
    return check_credential(intro);
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
    auto proof = question_in_order(intro, role);
    if (!proof) {
        verdict.refused = std::move(proof).error();
        return verdict;
    }
    verdict.proved = credential_of(*proof);
    if (!intro.has_device())
        if (auto refused = check_deviceless(intro, *role, *proof)) {
            verdict.refused = *std::move(refused);
            return verdict;
        }
    verdict.admitted = admit(intro, *role, *proof);
    if (intro.has_device()) check_pairing(intro, *proof, verdict);
    return verdict;
}

} // namespace openclaw::rpc
