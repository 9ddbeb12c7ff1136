// auth/trusted_proxy.h — gateway.auth.mode "trusted-proxy": a proxy in front of the gateway has
// asked who the user is, and says so in a header (PROTOCOL.md 5.1, CONFIG.md 4).
//
// Worth as much as the promise that nobody else can reach the port: the claim counts only from an
// address in gateway.trustedProxies, and from this very machine only when that is allowed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::auth {

struct TrustedProxy {
    std::string user_header; // names the user: "x-forwarded-user"
    std::vector<std::string> required_headers;
    std::vector<std::string> allow_users; // empty: whoever the proxy let through
    bool allow_loopback = false;
    bool operator==(const TrustedProxy&) const = default;
};

struct ProxyClaim {
    bool is_from_proxy = false; // the socket peer is in gateway.trustedProxies
    bool is_loopback = false;   // … and on this machine
    // Of the request; empty: it has none of that name.
    std::function<std::string_view(std::string_view name)> header;
};

enum class ProxyProof { accepted, not_a_proxy, loopback_refused, header_missing, user_refused };

ProxyProof check_proxy(const TrustedProxy& rule, const ProxyClaim& claim);

// The words for each refusal.
struct ProxyWords {
    std::string_view message, code, reason;
};

ProxyWords words(ProxyProof proof);

// What the web room must read from each request for this rule.
std::vector<std::string> headers_of(const TrustedProxy& rule);

} // namespace openclaw::auth
