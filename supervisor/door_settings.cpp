#include "supervisor/door_settings.h"

#include "common/base/strings.h"
#include "supervisor/own_address.h"

#include <netinet/in.h>
#include <sys/utsname.h>

namespace openclaw {

namespace {

// "gateway.example" of "https://gateway.example:8443".
std::string host_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    if (scheme == origin.npos) return {};
    const auto authority = origin.substr(scheme + 3);
    return to_lower(authority.substr(0, authority.find_first_of(":/")));
}

std::vector<std::string> own_names(const Preparation& p) {
    std::vector<std::string> names;
    for (const auto& origin : p.config.gateway.control_ui.allowed_origins)
        if (auto host = host_of(origin); !host.empty()) names.push_back(std::move(host));
    if (auto host = host_of(p.config.gateway.public_origin); !host.empty())
        names.push_back(std::move(host));
    utsname machine{};
    if (uname(&machine) == 0) {
        const std::string host = to_lower(machine.nodename);
        names.push_back(host);
        names.push_back(host + ".local"); // RFC 6762: what mDNS calls it
    }
    return names;
}

std::string first_outside_address() {
    return own_address([](std::uint32_t address) { return (address >> 24) != IN_LOOPBACKNET; });
}

// As a socket address: https becomes wss.
std::string socket_origin(const std::string& origin) {
    return origin.starts_with("http") ? "ws" + origin.substr(4) : origin;
}

} // namespace

auth::Gate gate_of(const Preparation& p) {
    using Mode = config::GatewayAuth::Mode;
    const auto& auth = p.auth;
    switch (auth.effective_mode()) {
    case Mode::none:
        return {.mode = auth::Mode::none, .secret = Secret(), .proxy = {}};
    case Mode::password:
        return {.mode = auth::Mode::password, .secret = auth.password, .proxy = {}};
    case Mode::trusted_proxy: {
        const auto& proxy = auth.trusted_proxy;
        auth::TrustedProxy rule{.user_header = to_lower(proxy.user_header),
                                .required_headers = {},
                                .allow_users = proxy.allow_users,
                                .allow_loopback = proxy.allow_loopback};
        for (const auto& name : proxy.required_headers)
            rule.required_headers.push_back(to_lower(name));
        return {.mode = auth::Mode::trusted_proxy,
                .secret = auth.token.empty() ? auth.password : auth.token,
                .proxy = std::move(rule)};
    }
    case Mode::token:
        break;
    }
    return {.mode = auth::Mode::token, .secret = auth.token, .proxy = {}};
}

auth::AttemptRule attempt_rule_of(const Preparation& p) {
    const auto& limit = p.config.gateway.auth.rate_limit;
    return {.attempts = limit.max_attempts,
            .within = limit.window,
            .locked_for = limit.lockout,
            .exempts_loopback = limit.exempt_loopback};
}

rpc::DoorSettings door_settings_of(const Preparation& p) {
    const auto& gateway = p.config.gateway;
    return {.gate = gate_of(p),
            .allowed_origins = gateway.control_ui.allowed_origins,
            .approves_devices_locally = gateway.approves_devices_locally,
            .is_starting = true};
}

http::ApiSettings api_settings_of(const config::Config& config) {
    const auto& defaults = config.agents.defaults;
    http::ApiSettings settings{.api = config.gateway.http, .embedding_model = {}};
    if (!defaults.embedding_provider.empty() && !defaults.embedding_model.empty())
        settings.embedding_model = defaults.embedding_provider + "/" + defaults.embedding_model;
    return settings;
}

web::RequestRules request_rules_of(const Preparation& p) {
    auto headers = auth::headers_of(gate_of(p).proxy);
    for (auto& name : http::wanted_headers())
        headers.push_back(std::move(name));
    return {.trusted_proxies = p.config.gateway.trusted_proxies,
            .host_names = own_names(p),
            .wanted_headers = std::move(headers),
            .transport_security = p.config.gateway.http.strict_transport_security};
}

rpc::SetupRoute setup_route_of(const Preparation& p, int port) {
    const auto gate = gate_of(p);
    rpc::SetupRoute route{.auth_mode = gate.mode == auth::Mode::password ? "password" : "token",
                          .url = {},
                          .url_source = {}};
    if (const auto& origin = p.config.gateway.public_origin; !origin.empty()) {
        route.url = socket_origin(origin);
        route.url_source = "gateway.publicOrigin";
    } else if (p.address.bind != web::Bind::loopback) {
        const std::string host =
            p.address.bind == web::Bind::custom ? p.address.custom_host : first_outside_address();
        if (!host.empty()) route.url = "ws://" + host + ":" + std::to_string(port);
        route.url_source = "gateway.bind";
    }
    return route;
}

} // namespace openclaw
