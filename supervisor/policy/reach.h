// policy/reach.h — may this worker have a stream to this host, and which way does it go? Pure.
//
// A worker reaches what its row names and what the operator has configured for it, and nothing
// else. Names are compared, not resolved: egress judges the addresses (egress/address_rule.h), by
// the rule given here.
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::policy {

struct Endpoint {
    std::string host; // lower case, no brackets, no dot at the end
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};

// "https://host/path", "http://[::1]:8080"; 443 and 80 when no port is written. Errors: invalid.
Result<Endpoint> endpoint_of_url(std::string_view url);
// "api.telegram.org:443" of a row; none when it is not one.
std::optional<Endpoint> endpoint_of_row(std::string_view address);
// As names are compared. Empty: this is no host name and no address.
std::string normal_host(std::string_view host);

struct ReachRule {
    Endpoint endpoint;     // the host may be "*.discord.gg": any name below it, not that one itself
    bool is_named = false; // by the operator, in the configuration
};

struct ProxyServer {
    enum class Kind { http_connect, socks5 };
    Kind kind = Kind::http_connect;
    Endpoint endpoint;
    std::string user; // empty: no credentials
    Secret password;
};

// "http://user:pass@host:8080", "socks5://host", "socks5h://host" (the name goes to the proxy in
// both). Errors: invalid, never with the credentials.
Result<ProxyServer> parse_proxy(std::string_view url);

// The variables of the environment (curl's rules): https_proxy, http_proxy, all_proxy, no_proxy.
struct AmbientProxies {
    std::optional<ProxyServer> for_https;
    std::optional<ProxyServer> for_http;
    std::vector<std::string> not_for; // "example.org" and all below it, "*", addresses
};

struct ReachRules {
    std::vector<ReachRule> hosts;
    bool may_be_private = false;      // network.dangerouslyAllowPrivateNetwork
    std::optional<ProxyServer> proxy; // the account's own: for everything
    std::string problem;              // not empty: nothing is reached, and why
};

enum class AddressesAllowed { of_the_internet, private_ones_too, any };

// None: refused.
std::optional<AddressesAllowed> judge_reach(const ReachRules& rules, const Endpoint& wanted);

// Null: straight.
const ProxyServer* proxy_for(const ReachRules& rules, const AmbientProxies& ambient,
                             const Endpoint& wanted, bool tls);

} // namespace openclaw::policy
