// config/gateway.h — the gateway's own settings: where it listens and who may come in (CONFIG.md 4,
// OPS.md 4).
#pragma once

#include "common/base/clock.h"
#include "common/base/secret.h"

#include <optional>
#include <string>
#include <vector>

namespace openclaw::config {

struct AuthRateLimit {
    int max_attempts = 10;
    Milliseconds window = std::chrono::minutes(1);
    Milliseconds lockout = std::chrono::minutes(5);
    bool exempt_loopback = true; // never for browser origins
};

// gateway.auth.mode "trusted-proxy": who the proxy says it is (CONFIG.md 4).
struct TrustedProxyAuth {
    std::string user_header;
    std::vector<std::string> required_headers;
    std::vector<std::string> allow_users; // empty: whoever the proxy let through
    bool allow_loopback = false;
};

struct GatewayAuth {
    enum class Mode { none, token, password, trusted_proxy };
    std::optional<Mode> mode; // as written; effective_mode() infers
    Secret token;
    Secret password;
    AuthRateLimit rate_limit;
    TrustedProxyAuth trusted_proxy;

    // The written mode; else password when only a password is set; else token. An empty token in
    // token mode: the caller makes one for this run.
    Mode effective_mode() const {
        if (mode) return *mode;
        return token.empty() && !password.empty() ? Mode::password : Mode::token;
    }
};

struct ControlUi {
    bool enabled = true;
    std::string base_path;
    std::string root;
    std::vector<std::string> allowed_origins;
    bool allow_host_header_origin_fallback = false;
};

// gateway.http.*, gateway.tools.*: what programs may ask over plain HTTP (CONFIG.md 4).
struct HttpApi {
    bool has_chat_completions = false;     // /v1/chat/completions
    bool has_responses = false;            // /v1/responses
    std::string strict_transport_security; // the header's value; empty: none
    std::vector<std::string> denied_tools; // of /tools/invoke
};

// gateway.health: how long without an answer of the platform (policy/health). Ours.
struct HealthRule {
    Milliseconds degraded_after = std::chrono::seconds(45); // a long poll of Telegram rests 30 s
    Milliseconds down_after = std::chrono::seconds(90);
};

// gateway.alerts: the owner is told, over another account, when one is down (flow/alerts). Ours.
struct AlertRule {
    bool enabled = true;
    Milliseconds down_for = std::chrono::minutes(5);
    std::vector<std::string> to; // "telegram:123456"; empty: the owner as the configuration names
                                 // him, then who was let in first
};

struct Gateway {
    enum class Mode { local, remote };
    enum class Bind { automatic, lan, loopback, custom, tailnet };
    enum class Reload { off, hybrid, hot, restart };
    enum class Isolation { best_effort, required };

    std::optional<Mode> mode; // must be local to run (CONFIG.md 3.6): the caller decides, exit 78
    std::optional<int> port;  // as written; effective: resolve_port() in paths.h
    Bind bind = Bind::loopback;
    std::string custom_bind_host; // IPv4, for Bind::custom
    GatewayAuth auth;
    std::vector<std::string> trusted_proxies;
    std::string public_origin; // how others reach us: "https://gateway.example"
    bool approves_devices_locally = true;
    Milliseconds handshake_timeout = std::chrono::seconds(15);
    ControlUi control_ui;
    HttpApi http;
    HealthRule health;
    AlertRule alerts;
    Reload reload = Reload::hybrid;
    // What a worker does on a kernel that cannot put up every wall of its sandbox: serve, or
    // refuse.
    Isolation isolation = Isolation::best_effort;
};

} // namespace openclaw::config
