#include "supervisor/web/host_rule.h"

#include "common/base/strings.h"

#include <arpa/inet.h>

#include <algorithm>

namespace openclaw::web {

namespace {

std::string name_of(std::string_view host) {
    host = trim(host);
    if (host.starts_with('[')) return to_lower(host.substr(1, host.find(']') - 1));
    const auto colon = host.rfind(':');
    if (colon != host.npos && host.find(':') == colon) host = host.substr(0, colon);
    if (host.ends_with('.')) host.remove_suffix(1); // a fully qualified name
    return to_lower(host);
}

bool is_address(const std::string& name) {
    in6_addr ignored{};
    return inet_pton(AF_INET, name.c_str(), &ignored) == 1 ||
           inet_pton(AF_INET6, name.c_str(), &ignored) == 1;
}

} // namespace

bool is_our_host(std::string_view host, std::span<const std::string> names) {
    if (trim(host).empty()) return true;
    const std::string name = name_of(host);
    // RFC 6761 6.3: names below localhost never leave this machine.
    if (name == "localhost" || name.ends_with(".localhost") || is_address(name)) return true;
    return std::ranges::find(names, name) != names.end();
}

} // namespace openclaw::web
