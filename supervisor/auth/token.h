// auth/token.h — the shared secret: which one is configured, and whether what was shown is it
// (PROTOCOL.md 5).
#pragma once

#include "common/base/secret.h"
#include "supervisor/auth/trusted_proxy.h"

#include <optional>
#include <string_view>

namespace openclaw::auth {

enum class Mode { none, token, password, trusted_proxy };

std::string_view name(Mode mode); // "token": also hello.auth.method

// Decisions from the configuration. An empty secret admits nobody.
struct Gate {
    Mode mode = Mode::token;
    Secret secret;           // the token or the password
    TrustedProxy proxy = {}; // for Mode::trusted_proxy
};

// What a client showed. Views into the request.
struct Shown {
    std::optional<std::string_view> token, password, device_token, bootstrap_token;
};

enum class Proof {
    accepted,
    missing,        // nothing was shown
    mismatch,       // something was, and it is wrong
    not_configured, // the mode asks for a secret, and there is none
};

// The secret may sit in either field; the field named like the mode is read first. Constant time.
Proof check_shared_secret(const Gate& gate, const Shown& shown);
// By trusted proxy nobody but the proxy speaks over HTTP, and it carries no bearer.
bool check_bearer(const Gate& gate, std::string_view bearer);

} // namespace openclaw::auth
