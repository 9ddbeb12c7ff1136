#include "supervisor/policy/reach.h"

#include "common/base/strings.h"
#include "common/base/url.h"

#include <algorithm>

namespace openclaw::policy {

namespace {

constexpr std::size_t longest_host = 253;       // RFC 1035 §2.3.4, without the last dot
constexpr std::size_t longest_credential = 255; // RFC 1929: a length is one byte

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

// An address as text: of IPv6 every character, of IPv4 enough to tell it from a name.
bool is_address(std::string_view host) {
    if (host.find(':') != std::string_view::npos) return true;
    return std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

// Names in the form they are compared in.
std::optional<Endpoint> endpoint_from(const std::optional<HostPort>& written,
                                      std::uint16_t otherwise) {
    if (!written) return std::nullopt;
    Endpoint endpoint{.host = normal_host(written->host),
                      .port = written->port.value_or(otherwise)};
    if (endpoint.host.empty()) return std::nullopt;
    return endpoint;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                               hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
        out += is_escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]))
                         : text[i];
        if (is_escape) i += 2;
    }
    return out;
}

bool is_for(const ReachRule& rule, const Endpoint& wanted) {
    if (rule.endpoint.port != wanted.port) return false;
    if (!rule.endpoint.host.starts_with("*.")) return rule.endpoint.host == wanted.host;
    const auto suffix = std::string_view(rule.endpoint.host).substr(1); // ".discord.gg"
    return wanted.host.size() > suffix.size() && wanted.host.ends_with(suffix);
}

bool is_exempt(const AmbientProxies& ambient, const std::string& host) {
    return std::ranges::any_of(ambient.not_for, [&](const std::string& entry) {
        return entry == "*" || host == entry || (!is_address(host) && host.ends_with("." + entry));
    });
}

} // namespace

std::string normal_host(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    std::string normal = to_lower(host);
    if (normal.empty() || normal.size() > longest_host) return {};
    const bool is_v6 = normal.find(':') != std::string::npos;
    const bool is_sound = std::ranges::all_of(normal, [&](char c) {
        return is_v6 ? hex_digit(c) >= 0 || c == ':' || c == '.' : is_host_character(c);
    });
    return is_sound ? normal : std::string();
}

Result<Endpoint> endpoint_of_url(std::string_view url) {
    const auto target = parse_url_target(url);
    if (!target || (target->scheme != "https" && target->scheme != "http"))
        return fail(Code::invalid, "a URL is written as https://host or http://host");
    auto endpoint = endpoint_from(target->at, target->scheme == "https" ? 443 : 80);
    if (!endpoint) return fail(Code::invalid, "the URL names a host that cannot be");
    return *std::move(endpoint);
}

std::optional<Endpoint> endpoint_of_row(std::string_view address) {
    if (!address.starts_with("*.")) return endpoint_from(parse_host_port(address), 443);
    auto endpoint = endpoint_from(parse_host_port(address.substr(2)), 443);
    if (endpoint) endpoint->host.insert(0, "*.");
    return endpoint;
}

Result<ProxyServer> parse_proxy(std::string_view url) {
    const bool has_scheme = url.find("://") != std::string_view::npos;
    const auto target =
        parse_url_target(has_scheme ? std::string(url) : "http://" + std::string(url));
    if (!target) return fail(Code::invalid, "the proxy's URL names no host and port");
    ProxyServer proxy;
    if (target->scheme == "socks5" || target->scheme == "socks5h")
        proxy.kind = ProxyServer::Kind::socks5;
    else if (target->scheme != "http")
        return fail(Code::invalid, "a proxy is written as http://host:port or "
                                   "socks5h://host:port; \"" +
                                       to_valid_utf8(target->scheme) + "\" is not supported");
    // 1080: IANA, "socks". libcurl's default for every kind of proxy.
    auto endpoint = endpoint_from(target->at, 1080);
    if (!endpoint) return fail(Code::invalid, "the proxy's URL names a host that cannot be");
    proxy.endpoint = *std::move(endpoint);
    const std::string_view user_info = target->user_info;
    const auto colon = user_info.find(':');
    proxy.user = percent_decoded(user_info.substr(0, colon));
    if (colon != std::string_view::npos)
        proxy.password = Secret(percent_decoded(user_info.substr(colon + 1)));
    if (proxy.user.size() > longest_credential || proxy.password.size() > longest_credential)
        return fail(Code::invalid, "the proxy's user name or password is longer than 255 bytes");
    return proxy;
}

std::optional<AddressesAllowed> judge_reach(const ReachRules& rules, const Endpoint& wanted) {
    if (!rules.problem.empty()) return std::nullopt;
    const auto rule = std::ranges::find_if(
        rules.hosts, [&](const ReachRule& one) { return is_for(one, wanted); });
    if (rule == rules.hosts.end()) return std::nullopt;
    if (rule->is_named && is_address(wanted.host)) return AddressesAllowed::any;
    return rule->is_named || rules.may_be_private ? AddressesAllowed::private_ones_too
                                                  : AddressesAllowed::of_the_internet;
}

const ProxyServer* proxy_for(const ReachRules& rules, const AmbientProxies& ambient,
                             const Endpoint& wanted, bool tls) {
    if (rules.proxy) return &*rules.proxy;
    const auto& proxy = tls ? ambient.for_https : ambient.for_http;
    return proxy && !is_exempt(ambient, wanted.host) ? &*proxy : nullptr;
}

} // namespace openclaw::policy
