// gateway.*: CONFIG.md 4.
#include "common/config/field_rows.h"
#include "common/config/gateway.h"
#include "common/config/tables.h"

namespace openclaw::config {

namespace {

constexpr std::array<std::string_view, 2> modes = {"local", "remote"};
constexpr std::array<std::string_view, 5> binds = {"auto", "lan", "loopback", "custom", "tailnet"};
constexpr std::array<std::string_view, 4> auth_modes = {"none", "token", "password",
                                                        "trusted-proxy"};
constexpr std::array<std::string_view, 4> reload_modes = {"off", "hybrid", "hot", "restart"};
constexpr std::array<std::string_view, 2> isolation_levels = {"best-effort", "required"};

constexpr std::array rate_limit_fields = {
    set<&AuthRateLimit::max_attempts>("maxAttempts", Reload::hot)
        .bounds(1, 1'000'000)
        .by_default("10"),
    set<&AuthRateLimit::window>("windowMs", Reload::hot).bounds(1, 86'400'000).by_default("60000"),
    set<&AuthRateLimit::lockout>("lockoutMs", Reload::hot)
        .bounds(0, 86'400'000)
        .by_default("300000"),
    set<&AuthRateLimit::exempt_loopback>("exemptLoopback", Reload::hot).by_default("true"),
};
constexpr Section rate_limit_section{rate_limit_fields};

constexpr std::array trusted_proxy_fields = {
    set<&TrustedProxyAuth::user_header>("userHeader", Reload::hot),
    set<&TrustedProxyAuth::required_headers>("requiredHeaders", Reload::hot),
    set<&TrustedProxyAuth::allow_users>("allowUsers", Reload::hot),
    set<&TrustedProxyAuth::allow_loopback>("allowLoopback", Reload::hot).by_default("false"),
};
constexpr Section trusted_proxy_section{trusted_proxy_fields};

constexpr std::array auth_fields = {
    set<&GatewayAuth::mode>("mode", Reload::restart, words_of(auth_modes)),
    set<&GatewayAuth::token>("token", Reload::hot), // who came in with the old one is sent away
    set<&GatewayAuth::password>("password", Reload::hot),
    part<&GatewayAuth::rate_limit>("rateLimit", rate_limit_section),
    known("allowTailscale", Reload::hot),
    known("identityScopes", Reload::hot),
    part<&GatewayAuth::trusted_proxy>("trustedProxy", trusted_proxy_section, Reload::hot),
};
constexpr Section auth_section{auth_fields};

// The page's own switches are passed through to it: the section is open.
constexpr std::array control_ui_fields = {
    set<&ControlUi::enabled>("enabled", Reload::hot).by_default("true"),
    set<&ControlUi::base_path>("basePath", Reload::restart),
    set<&ControlUi::root>("root", Reload::restart),
    set<&ControlUi::allowed_origins>("allowedOrigins", Reload::hot),
    set<&ControlUi::allow_host_header_origin_fallback>("dangerouslyAllowHostHeaderOriginFallback",
                                                       Reload::hot)
        .by_default("false"),
};
constexpr Section control_ui_section{.fields = control_ui_fields, .is_open = true};

constexpr std::array reload_fields = {
    set<&Gateway::reload>("mode", Reload::none, words_of(reload_modes)).by_default("\"hybrid\""),
    known("debounceMs", Reload::none),        // retired upstream
    known("deferralTimeoutMs", Reload::none), // retired upstream
};
constexpr Section reload_section{reload_fields};

constexpr std::array pairing_fields = {
    set<&Gateway::approves_devices_locally>("autoApproveLocal", Reload::hot).by_default("true"),
};
constexpr Section pairing_section{.fields = pairing_fields, .is_open = true};

// The rest of it speaks of nodes, which this build does not run.
constexpr std::array nodes_fields = {group("pairing", pairing_section)};
constexpr Section nodes_section{.fields = nodes_fields, .is_open = true};

constexpr std::array chat_completions_fields = {
    set_in<&Gateway::http, &HttpApi::has_chat_completions>("enabled", Reload::hot)
        .by_default("false"),
};
constexpr Section chat_completions_section{.fields = chat_completions_fields, .is_open = true};

constexpr std::array responses_fields = {
    set_in<&Gateway::http, &HttpApi::has_responses>("enabled", Reload::hot).by_default("false"),
};
constexpr Section responses_section{.fields = responses_fields, .is_open = true};

constexpr std::array endpoint_fields = {
    group("chatCompletions", chat_completions_section, Reload::hot),
    group("responses", responses_section, Reload::hot),
};
constexpr Section endpoints_section{endpoint_fields};

// false is written where no header is wanted.
void read_transport_security(void* target, const Node& node, const std::string& path,
                             const Reading& reading) {
    if (node.kind == Kind::boolean && !node.boolean) return;
    if (!node.is_string() || node.text.find_first_of("\r\n") != std::string::npos)
        return expect(reading, path, node, "a header value of one line, or false");
    if (target != nullptr)
        static_cast<Gateway*>(target)->http.strict_transport_security = node.text;
}

constexpr std::array security_header_fields = {
    custom("strictTransportSecurity", Reload::hot, read_transport_security),
};
constexpr Section security_headers_section{.fields = security_header_fields, .is_open = true};

constexpr std::array http_fields = {
    group("endpoints", endpoints_section, Reload::hot),
    group("securityHeaders", security_headers_section, Reload::hot),
};
constexpr Section http_section{.fields = http_fields, .is_open = true};

constexpr std::array http_tools_fields = {
    known("allow", Reload::hot), // it opens what is closed by default; nothing here is
    set_in<&Gateway::http, &HttpApi::denied_tools>("deny", Reload::hot),
};
constexpr Section http_tools_section{.fields = http_tools_fields, .is_open = true};

constexpr std::array health_fields = {
    set<&HealthRule::degraded_after>("degradedAfterMs", Reload::hot)
        .bounds(100, 3'600'000)
        .by_default("45000"),
    set<&HealthRule::down_after>("downAfterMs", Reload::hot)
        .bounds(200, 3'600'000)
        .by_default("90000"),
};
constexpr Section health_section{health_fields};

constexpr std::array alert_fields = {
    set<&AlertRule::enabled>("enabled", Reload::hot).by_default("true"),
    set<&AlertRule::down_for>("downForMs", Reload::hot).bounds(0, 86'400'000).by_default("300000"),
    set<&AlertRule::to>("to", Reload::hot),
};
constexpr Section alert_section{alert_fields};

constexpr std::array gateway_fields = {
    set<&Gateway::mode>("mode", Reload::restart, words_of(modes)),
    set<&Gateway::port>("port", Reload::restart).bounds(1, 65'535).by_default("18789"),
    set<&Gateway::bind>("bind", Reload::restart, words_of(binds)).by_default("\"loopback\""),
    set<&Gateway::custom_bind_host>("customBindHost", Reload::restart),
    part<&Gateway::auth>("auth", auth_section),
    set<&Gateway::trusted_proxies>("trustedProxies", Reload::hot),
    part<&Gateway::control_ui>("controlUi", control_ui_section, Reload::hot),
    group("reload", reload_section),
    set<&Gateway::isolation>("isolation", Reload::hot, words_of(isolation_levels))
        .by_default("\"best-effort\""),
    set<&Gateway::public_origin>("publicOrigin", Reload::hot),
    known("allowRealIpFallback", Reload::hot),
    known("roles", Reload::hot),
    group("http", http_section, Reload::hot),
    group("tools", http_tools_section, Reload::hot),
    part<&Gateway::health>("health", health_section, Reload::hot),
    part<&Gateway::alerts>("alerts", alert_section, Reload::hot),
    known("tls", Reload::restart),
    known("tailscale", Reload::restart),
    known("remote", Reload::none),
    group("nodes", nodes_section),
    known("push", Reload::hot),
    known("terminal", Reload::hot),
    known("portals", Reload::hot),
    known("cliAgents", Reload::hot),
    known("workers", Reload::restart),
    known("webchat", Reload::hot),
    known("workspacePreviewMaxBytes", Reload::hot),
    known("channelHealthCheckMinutes", Reload::hot),
    known("channelStaleEventThresholdMinutes", Reload::hot),
    known("channelMaxRestartsPerHour", Reload::hot),
    set<&Gateway::handshake_timeout>("handshakeTimeoutMs", Reload::hot)
        .bounds(100, 600'000)
        .by_default("15000"),
};

} // namespace

constinit const Section gateway_section{gateway_fields};

} // namespace openclaw::config
