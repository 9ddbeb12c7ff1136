#include "supervisor/rpc/origin.h"

#include "common/base/strings.h"

#include <algorithm>
#include <optional>

namespace openclaw::rpc {

namespace {

struct Authority {
    std::string host; // lower case, without brackets
    std::string port;
};

Authority split_authority(std::string_view text, std::string_view default_port) {
    const auto bracket = text.find(']');
    const auto colon = text.rfind(':');
    const bool has_port = colon != text.npos && (bracket == text.npos ? true : colon > bracket);
    std::string_view host = text.substr(0, has_port ? colon : text.size());
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return {.host = to_lower(host),
            .port = std::string(has_port ? text.substr(colon + 1) : default_port)};
}

std::optional<Authority> read_origin(std::string_view origin) {
    for (const auto& [scheme, port] :
         {std::pair<std::string_view, std::string_view>{"http://", "80"}, {"https://", "443"}}) {
        if (!origin.starts_with(scheme)) continue;
        const auto authority = origin.substr(scheme.size());
        if (authority.empty() || authority.find_first_of("/?#@ ") != authority.npos)
            return std::nullopt;
        return split_authority(authority, port);
    }
    return std::nullopt;
}

bool is_loopback_name(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool is_same(const Authority& page, const Authority& gateway) {
    if (page.port != gateway.port) return false;
    return page.host == gateway.host ||
           (is_loopback_name(page.host) && is_loopback_name(gateway.host));
}

} // namespace

OriginVerdict judge_origin(std::string_view origin, std::string_view host,
                           std::span<const std::string> allowed) {
    const auto page = read_origin(to_lower(origin));
    if (!page) return OriginVerdict::missing_or_invalid;
    const bool is_listed = std::ranges::any_of(allowed, [&](const std::string& entry) {
        return entry == "*" || equals_ignoring_case(entry, origin);
    });
    if (is_listed || is_same(*page, split_authority(host, "80"))) return OriginVerdict::allowed;
    return OriginVerdict::not_allowed;
}

} // namespace openclaw::rpc
