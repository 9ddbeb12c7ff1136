#include "supervisor/auth/token.h"

namespace openclaw::auth {

std::string_view name(Mode mode) {
    switch (mode) {
    case Mode::none:
        return "none";
    case Mode::token:
        return "token";
    case Mode::password:
        return "password";
    case Mode::trusted_proxy:
        return "trusted-proxy";
    }
    return "none";
}

Proof check_shared_secret(const Gate& gate, const Shown& shown) {
    if (gate.mode == Mode::none) return Proof::accepted;
    const auto& first = gate.mode == Mode::password ? shown.password : shown.token;
    const auto& second = gate.mode == Mode::password ? shown.token : shown.password;
    if (!first && !second) return Proof::missing;
    if (gate.secret.empty()) return Proof::not_configured;
    const bool is_right =
        (first && gate.secret.equals(*first)) || (second && gate.secret.equals(*second));
    return is_right ? Proof::accepted : Proof::mismatch;
}

bool check_bearer(const Gate& gate, std::string_view bearer) {
    return gate.mode == Mode::none || gate.secret.equals(bearer);
}

} // namespace openclaw::auth
