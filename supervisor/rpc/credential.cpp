#include "supervisor/rpc/credential.h"

#include "supervisor/auth/attempt_limit.h"
#include "supervisor/auth/device_token.h"

namespace openclaw::rpc {

namespace {

Judged check_setup_code(const Introduction& intro) {
    const auto* code =
        intro.asked.devices == nullptr
            ? nullptr
            : intro.asked.devices->setup_code_with(auth::token_hash(*intro.shown.bootstrap_token));
    if (code == nullptr) return std::unexpected(refuse_setup_code());
    if (!intro.has_device()) return std::unexpected(refuse_without_device(intro.seen()));
    const auto access = policy::setup_access(code->access);
    const bool lets_in =
        access && (intro.role == "node" ? access->node : !access->operator_scopes.empty());
    if (!lets_in) return std::unexpected(refuse_setup_code());
    return Proof{.kind = Proof::Kind::setup_code, .code = code};
}

// auth.deviceToken, else auth.token (PROTOCOL.md 5.2). Null: it is not this device's.
const ledger::DeviceToken* shown_device_token(const Introduction& intro) {
    const auto* device = intro.known_device();
    const auto shown = intro.shown.device_token ? intro.shown.device_token : intro.shown.token;
    if (device == nullptr || !shown) return nullptr;
    const auto* token = device->token_of(intro.role);
    return token != nullptr && auth::is_token(token->hash, *shown) ? token : nullptr;
}

Judged accept_device_token(const Introduction& intro, const ledger::DeviceToken& token) {
    const bool is_operator = intro.role == "operator";
    if (is_operator && !policy::missing(token.scopes, intro.scopes).empty())
        return std::unexpected(refuse_device_token_scopes());
    return Proof{.kind = Proof::Kind::device_token, .token = &token};
}

Judged check_secrets(const Introduction& intro) {
    const bool shows_something = intro.has_shared_secret() || intro.shown.device_token;
    if (!shows_something)
        return std::unexpected(intro.has_device() ? refuse_missing(intro.seen(), intro.secret())
                                                  : refuse_without_device(intro.seen()));
    const auto shared = auth::check_shared_secret(intro.asked.gate, intro.shown);
    if (shared == auth::Proof::accepted) return Proof{.kind = Proof::Kind::shared_secret};
    if (const auto* token = shown_device_token(intro)) return accept_device_token(intro, *token);
    if (intro.shown.device_token && intro.has_device())
        return std::unexpected(refuse_device_token());
    if (shared == auth::Proof::not_configured)
        return std::unexpected(refuse_not_configured(intro.secret()));
    return std::unexpected(refuse_mismatch(intro.seen(), intro.secret()));
}

Judged check_behind_proxy(const Introduction& intro) {
    const web::Arrival& from = intro.asked.from;
    const auto proof =
        auth::check_proxy(intro.asked.gate.proxy,
                          {.is_from_proxy = from.via_proxy,
                           .is_loopback = from.peer_is_loopback,
                           .header = [&from](std::string_view name) { return from.header(name); }});
    if (proof == auth::ProxyProof::accepted) return Proof{.kind = Proof::Kind::proxy};
    // The owner's own command line needs no proxy when there is a secret to show.
    const bool shows_something = intro.has_shared_secret() || intro.shown.device_token;
    if (from.direct_local && shows_something) return check_secrets(intro);
    return std::unexpected(refuse_proxy(proof));
}

} // namespace

Judged check_credential(const Introduction& intro) {
    if (intro.has_setup_code_only()) return check_setup_code(intro);
    if (intro.asked.gate.mode == auth::Mode::none)
        return Proof{.kind = Proof::Kind::nothing_wanted};
    if (intro.asked.gate.mode == auth::Mode::trusted_proxy) return check_behind_proxy(intro);
    return check_secrets(intro);
}

std::string_view credential_of(const Proof& proof) {
    switch (proof.kind) {
    case Proof::Kind::shared_secret:
        return auth::credential::shared_secret;
    case Proof::Kind::device_token:
        return auth::credential::device_token;
    case Proof::Kind::setup_code:
        return auth::credential::bootstrap_token;
    case Proof::Kind::nothing_wanted:
    case Proof::Kind::proxy:
        break;
    }
    return {};
}

} // namespace openclaw::rpc
