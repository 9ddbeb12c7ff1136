#include "common/base/url.h"

#include "common/base/strings.h"

#include <charconv>

namespace openclaw {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (problem != std::errc() || end != text.data() + text.size() || port == 0)
        return std::nullopt;
    return port;
}

} // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
    std::string_view host = text, port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host = text.substr(1, end - 1);
        port = text.substr(end + 1);
    } else if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (host.empty()) return std::nullopt;
    HostPort found{.host = std::string(host)};
    if (port.empty() || port == ":") return found; // RFC 3986 §3.2.3: the port may be empty
    if (port.starts_with(':')) found.port = parse_port(port.substr(1));
    if (!found.port) return std::nullopt;
    return found;
}

std::optional<UrlTarget> parse_url_target(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    UrlTarget target{.scheme = to_lower(url.substr(0, scheme))};
    auto authority = url.substr(scheme + 3);
    authority = authority.substr(0, authority.find_first_of("/?#\\"));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        target.user_info = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    auto found = parse_host_port(authority);
    if (!found) return std::nullopt;
    target.at = *std::move(found);
    return target;
}

} // namespace openclaw
