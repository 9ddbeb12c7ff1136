// Access: how the gateway knows who is at the door, and who waits outside.
#include "cli/doctor/checks.h"
#include "common/base/strings.h"

#include <algorithm>
#include <array>

namespace openclaw::cli::doctor {

namespace {

using Mode = config::GatewayAuth::Mode;

constexpr std::size_t shortest_token = 16; // what cannot be tried out; `gateway install` makes 48
constexpr std::array<std::string_view, 10> placeholders = {
    "changeme", "change-me", "your-token", "your_token", "your-token-here",
    "token",    "secret",    "password",   "test",       "example"};

bool is_placeholder(const std::string& secret) {
    return secret.starts_with('<') || secret.starts_with("${") ||
           std::ranges::find(placeholders, to_lower(secret)) != placeholders.end();
}

struct Sources {
    bool in_config = false, in_env_file = false, in_shell = false;

    bool any() const { return in_config || in_env_file || in_shell; }
};

Sources sources_of(const Facts& facts, const Secret& configured, std::string_view variable) {
    return {.in_config = !configured.empty(),
            .in_env_file = config::variable(facts.state.variables, variable).has_value(),
            .in_shell = config::variable(facts.environment, variable).has_value()};
}

void check_token(const Facts& facts, const config::GatewayAuth& auth, Report& report) {
    const auto sources = sources_of(facts, auth.token, "OPENCLAW_GATEWAY_TOKEN");
    if (!sources.any())
        return report.add({.check = "gateway-auth",
                           .severity = Severity::warning,
                           .place = "gateway.auth.token",
                           .message = "no token is set: the gateway makes another one at each "
                                      "start, and clients are locked out",
                           .fix = "openclaw doctor --generate-gateway-token",
                           .repair = Repair{.kind = Repair::Kind::make_token,
                                            .consent = Consent::recommended,
                                            .question = "Make a gateway token and store it in the "
                                                        "configuration",
                                            .path = "gateway.auth.token"}});
    if (sources.in_shell && !sources.in_config && !sources.in_env_file && facts.unit.state)
        report.add({.check = "gateway-auth",
                    .severity = Severity::warning,
                    .place = "OPENCLAW_GATEWAY_TOKEN",
                    .message = "the token is only in this shell's environment: the service does "
                               "not see it",
                    .fix = "write it to " + facts.shown(facts.state_directory) + "/.env"});
    if (!sources.in_config) return;
    const auto& token = auth.token.reveal();
    const bool is_weak = is_placeholder(token) || token.size() < shortest_token;
    if (is_weak)
        report.add({.check = "gateway-auth",
                    .severity = Severity::warning,
                    .place = "gateway.auth.token",
                    .message = is_placeholder(token) ? "it is a placeholder that everybody knows"
                                                     : "it is so short that it can be guessed",
                    .fix = "openclaw gateway call gateway.auth.rotate, or set 48 random "
                           "hexadecimal digits"});
}

void check_password(const Facts& facts, const config::GatewayAuth& auth, Report& report) {
    if (sources_of(facts, auth.password, "OPENCLAW_GATEWAY_PASSWORD").any()) return;
    report.add({.check = "gateway-auth",
                .severity = Severity::error,
                .place = "gateway.auth.password",
                .message = "gateway.auth.mode is password, and no password is set: the gateway "
                           "does not start",
                .fix = "openclaw config set gateway.auth.password …, or "
                       "OPENCLAW_GATEWAY_PASSWORD in " +
                       facts.shown(facts.state_directory) + "/.env"});
}

} // namespace

void check_auth(const Facts& facts, Report& report) {
    if (!facts.config.config || facts.config.config->gateway.mode == config::Gateway::Mode::remote)
        return;
    const auto& auth = facts.config.config->gateway.auth;
    switch (auth.effective_mode()) {
    case Mode::token:
        return check_token(facts, auth, report);
    case Mode::password:
        return check_password(facts, auth, report);
    case Mode::none:
        return report.add({.check = "gateway-auth",
                           .severity = Severity::info,
                           .place = "gateway.auth.mode",
                           .message = "it is none: whoever reaches the port is the operator",
                           .fix = "openclaw config set gateway.auth.mode token"});
    case Mode::trusted_proxy:
        if (facts.config.config->gateway.trusted_proxies.empty() ||
            auth.trusted_proxy.user_header.empty())
            report.add({.check = "gateway-auth",
                        .severity = Severity::error,
                        .place = "gateway.auth.mode",
                        .message = "it is trusted-proxy, and the proxy or its user header is not "
                                   "named: the gateway does not start",
                        .fix = "set gateway.trustedProxies and "
                               "gateway.auth.trustedProxy.userHeader"});
        return;
    }
}

void check_bind(const Facts& facts, Report& report) {
    if (!facts.config.config) return;
    const auto& gateway = facts.config.config->gateway;
    using Bind = config::Gateway::Bind;
    const bool is_open = gateway.bind != Bind::loopback && gateway.bind != Bind::automatic;
    if (!is_open) return;
    if (gateway.auth.effective_mode() == Mode::none)
        return report.add({.check = "gateway-bind",
                           .severity = Severity::error,
                           .place = "gateway.bind",
                           .message = "others could reach a gateway without a secret: it refuses "
                                      "to start",
                           .fix = "openclaw config set gateway.auth.mode token, or openclaw config "
                                  "set gateway.bind loopback"});
    report.add({.check = "gateway-bind",
                .severity = Severity::info,
                .place = "gateway.bind",
                .message = "other machines can reach it, in plain text: who listens on the network "
                           "reads the token",
                .fix = "put a proxy with TLS in front, or use loopback and forward the port over "
                       "SSH"});
}

void check_devices(const Facts& facts, Report& report) {
    const auto waiting = facts.gateway.of("device.pair.list")["pending"].size();
    if (waiting == 0) return;
    report.add({.check = "device-pairing",
                .severity = Severity::info,
                .place = "devices",
                .message = std::to_string(waiting) +
                           (waiting == 1 ? " device waits" : " devices wait") + " to be let in",
                .fix = "openclaw devices list"});
}

void check_owner(const Facts& facts, Report& report) {
    if (!facts.config.config) return;
    const auto& config = *facts.config.config;
    const bool has_channel =
        std::ranges::any_of(config.channels, [](const config::ChannelAccount& account) {
            return account.should_run();
        });
    if (!has_channel || !config.commands.owner_allow_from.empty()) return;
    report.add({.check = "command-owner",
                .severity = Severity::info,
                .place = "commands.ownerAllowFrom",
                .message = "no owner is named: nobody's commands to the gateway are obeyed in "
                           "chats, and alerts go to who was let in first",
                .fix = "openclaw config set commands.ownerAllowFrom '[\"" +
                       config.channels.front().channel + ":YOUR_ID\"]'"});
}

} // namespace openclaw::cli::doctor
