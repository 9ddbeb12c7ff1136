#include "supervisor/auth/trusted_proxy.h"

#include "common/base/strings.h"

#include <algorithm>

namespace openclaw::auth {

ProxyProof check_proxy(const TrustedProxy& rule, const ProxyClaim& claim) {
    if (!claim.is_from_proxy) return ProxyProof::not_a_proxy;
    if (claim.is_loopback && !rule.allow_loopback) return ProxyProof::loopback_refused;
    const auto is_absent = [&](const std::string& name) { return claim.header(name).empty(); };
    if (rule.user_header.empty() || is_absent(rule.user_header) ||
        std::ranges::any_of(rule.required_headers, is_absent))
        return ProxyProof::header_missing;
    if (rule.allow_users.empty()) return ProxyProof::accepted;
    const auto user = claim.header(rule.user_header);
    const bool is_listed = std::ranges::any_of(rule.allow_users, [&](const std::string& name) {
        return equals_ignoring_case(name, user);
    });
    return is_listed ? ProxyProof::accepted : ProxyProof::user_refused;
}

ProxyWords words(ProxyProof proof) {
    switch (proof) {
    case ProxyProof::accepted:
        return {};
    case ProxyProof::not_a_proxy:
        return {"connect through the trusted proxy (its address must be in gateway.trustedProxies)",
                "AUTH_UNAUTHORIZED", "trusted_proxy_untrusted_source"};
    case ProxyProof::loopback_refused:
        return {"a proxy on this machine is not trusted (set "
                "gateway.auth.trustedProxy.allowLoopback)",
                "AUTH_UNAUTHORIZED", "trusted_proxy_loopback_source"};
    case ProxyProof::header_missing:
        return {"the proxy sent no identity header (see gateway.auth.trustedProxy.userHeader)",
                "AUTH_IDENTITY_HEADER_REQUIRED", "trusted_proxy_user_missing"};
    case ProxyProof::user_refused:
        return {"this user is not allowed (see gateway.auth.trustedProxy.allowUsers)",
                "AUTH_VERIFIED_USER_REQUIRED", "trusted_proxy_user_not_allowed"};
    }
    return {};
}

std::vector<std::string> headers_of(const TrustedProxy& rule) {
    std::vector<std::string> names;
    if (!rule.user_header.empty()) names.push_back(to_lower(rule.user_header));
    for (const auto& name : rule.required_headers)
        names.push_back(to_lower(name));
    return names;
}

} // namespace openclaw::auth
