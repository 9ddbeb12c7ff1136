#include "supervisor/preparation.h"

#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/config/file_mode.h"
#include "supervisor/own_address.h"

#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace openclaw {

namespace {

constexpr int exit_config = 78; // EX_CONFIG
constexpr const char* token_variable = "OPENCLAW_GATEWAY_TOKEN";
constexpr const char* password_variable = "OPENCLAW_GATEWAY_PASSWORD";

std::unexpected<Refusal> refuse(int code, std::string text) {
    return std::unexpected(Refusal{.exit_code = code, .text = std::move(text)});
}

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return file ? text.str() : std::string();
}

// A secret of the environment, for this process only: no child and no /proc/<pid>/environ reader
// finds it again. unsetenv(3) takes the pointer out of the list and leaves the text where the
// kernel has put it, which is what /proc shows; a name that was given twice is there twice.
Secret take_given(const char* name) {
    const std::string start = std::string(name) + "=";
    Secret secret;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        if (!std::string_view(*entry).starts_with(start)) continue;
        char* value = *entry + start.size();
        if (secret.empty()) secret = Secret(value);
        explicit_bzero(value, std::strlen(value));
    }
    unsetenv(name);
    return secret;
}

Secret take_out(config::Environment& environment, const char* name, const Secret& given) {
    const auto in_file = config::variable(environment, name);
    environment.erase(name);
    return given.empty() ? Secret(in_file.value_or("")) : given;
}

// Order and trust: CONFIG.md 2.3.
config::Environment read_environment(const config::Paths& paths) {
    auto environment = config::process_environment();
    config::add_untrusted(environment, config::parse_env_file(text_of(".env")));
    config::add_missing(environment, config::parse_env_file(text_of(paths.in_state(".env"))));
    return environment;
}

std::expected<void, Refusal> check_mode(const config::Config& config, const Options& options) {
    if (options.allow_unconfigured) return {};
    if (!config.exists)
        return refuse(exit_config, "Missing config. Run \"openclaw setup\" or set "
                                   "gateway.mode=local (or pass --allow-unconfigured).");
    if (!config.gateway.mode)
        return refuse(
            exit_config,
            "Gateway start blocked: existing config is missing gateway.mode. Set it with: openclaw "
            "config set gateway.mode local (or pass --allow-unconfigured).");
    if (*config.gateway.mode == config::Gateway::Mode::remote)
        return refuse(exit_config, "Gateway start blocked: set gateway.mode=local (current: "
                                   "remote) or pass --allow-unconfigured.");
    return {};
}

// Flag, configuration, environment, in this order (SEEDS.md B13).
config::GatewayAuth resolve_auth(const Preparation& p) {
    auto auth = p.config.gateway.auth;
    if (auth.token.empty()) auth.token = p.environment_token;
    if (auth.password.empty()) auth.password = p.environment_password;
    using Mode = config::GatewayAuth::Mode;
    if (p.options.auth == "none") auth.mode = Mode::none;
    if (p.options.auth == "token") auth.mode = Mode::token;
    if (p.options.auth == "password") auth.mode = Mode::password;
    if (p.options.auth == "trusted-proxy") auth.mode = Mode::trusted_proxy;
    return auth;
}

std::string tailnet_address() {
    return own_address([](std::uint32_t address) {
        return (address & 0xFFC00000u) == 0x64400000u; // 100.64.0.0/10, RFC 6598
    });
}

std::string_view bind_word(const Preparation& p) {
    if (p.options.bind) return *p.options.bind;
    switch (p.config.gateway.bind) {
    case config::Gateway::Bind::automatic:
        return "auto";
    case config::Gateway::Bind::lan:
        return "lan";
    case config::Gateway::Bind::loopback:
        return "loopback";
    case config::Gateway::Bind::custom:
        return "custom";
    case config::Gateway::Bind::tailnet:
        return "tailnet";
    }
    return "loopback";
}

web::ListenAddress resolve_address(const Preparation& p, int port) {
    web::ListenAddress address{
        .bind = web::Bind::loopback, .custom_host = {}, .port = static_cast<std::uint16_t>(port)};
    const auto word = bind_word(p);
    if (word == "lan") address.bind = web::Bind::lan;
    if (word == "custom")
        address = {.bind = web::Bind::custom,
                   .custom_host = p.config.gateway.custom_bind_host,
                   .port = address.port};
    if (const auto tailnet = word == "tailnet" ? tailnet_address() : ""; !tailnet.empty())
        address = {.bind = web::Bind::custom, .custom_host = tailnet, .port = address.port};
    return address;
}

std::expected<void, Refusal> check_auth(Preparation& p) {
    using Mode = config::GatewayAuth::Mode;
    if (!p.auth.mode && !p.auth.token.empty() && !p.auth.password.empty())
        return refuse(
            exit_config,
            "Invalid config: gateway.auth.token and gateway.auth.password are both configured, but "
            "gateway.auth.mode is unset. Set gateway.auth.mode to \"token\" or \"password\".");
    const auto mode = p.auth.effective_mode();
    const bool is_open = p.address.bind != web::Bind::loopback;
    if (is_open && mode == Mode::none) // SEEDS.md A37: nothing lifts this
        return refuse(exit_config, "refusing to bind gateway to " + std::string(bind_word(p)) +
                                       " without auth: set gateway.auth.mode to \"token\" and "
                                       "gateway.auth.token, or use gateway.bind=loopback");
    if (mode == Mode::password && p.auth.password.empty())
        return refuse(exit_config,
                      "gateway.auth.mode is \"password\" and no password is set: openclaw config "
                      "set gateway.auth.password …, or OPENCLAW_GATEWAY_PASSWORD");
    if (mode == Mode::trusted_proxy && p.config.gateway.trusted_proxies.empty())
        return refuse(exit_config, "gateway.auth.mode is \"trusted-proxy\" and "
                                   "gateway.trustedProxies is empty: name the proxy's address");
    if (mode == Mode::trusted_proxy && p.auth.trusted_proxy.user_header.empty())
        return refuse(exit_config,
                      "gateway.auth.mode is \"trusted-proxy\" and "
                      "gateway.auth.trustedProxy.userHeader is not set: name the header in which "
                      "the proxy says who the user is");
    p.token_was_made = mode == Mode::token && p.auth.token.empty();
    if (p.token_was_made) {
        if (p.made_token.empty()) p.made_token = Secret(random_hex(24));
        p.auth.token = p.made_token;
    }
    return {};
}

std::string resolve_log_file(const Preparation& p) {
    const auto& named = p.config.logging.file;
    return named.empty() ? p.paths.in_state("logs/gateway.log")
                         : config::expand_home(named, p.paths.home);
}

// One's own .env is closed to others; the one of the working directory may be another program's.
std::vector<config::Issue> judge_environment_files(const config::Paths& paths) {
    using config::judge_mode;
    std::vector<config::Issue> warnings;
    if (auto issue =
            judge_mode(paths.in_state(".env"), "the file with variables", config::OpenFile::close))
        warnings.push_back(std::move(*issue));
    if (auto issue = judge_mode(".env", "the working directory's .env", config::OpenFile::keep))
        warnings.push_back(std::move(*issue));
    return warnings;
}

void read_environment_into(Preparation& p) {
    p.environment = read_environment(p.paths);
    p.environment_token = take_out(p.environment, token_variable, p.given_token);
    p.environment_password = take_out(p.environment, password_variable, p.given_password);
}

// Everything that follows from the files and the environment.
std::expected<void, Refusal> complete(Preparation& p) {
    auto config = config::load(p.load_options());
    if (!config)
        return refuse(exit_config, "Gateway failed to start: " +
                                       config::render_issues(
                                           config.error(), config::shorten_home(p.paths.config_file,
                                                                                p.paths.home)));
    p.config = std::move(*config);
    std::ranges::move(judge_environment_files(p.paths), std::back_inserter(p.config.warnings));
    if (auto fits = check_mode(p.config, p.options); !fits) return std::unexpected(fits.error());
    const auto port =
        config::resolve_port(p.options.port, p.environment, p.config.gateway.port, p.paths);
    if (!port) return refuse(1, port.error().sentence);
    p.address = resolve_address(p, port->number);
    p.auth = resolve_auth(p);
    if (auto fits = check_auth(p); !fits) return std::unexpected(fits.error());
    p.log_file = resolve_log_file(p);
    return {};
}

} // namespace

config::LoadOptions Preparation::load_options() const {
    return {.file = paths.config_file,
            .environment = environment,
            .home = paths.home,
            .ambient_channels = options.ambient_channels};
}

std::expected<Preparation, Refusal> Preparation::with(config::Config changed) const {
    Preparation again = *this;
    again.config = std::move(changed);
    again.auth = resolve_auth(again);
    if (auto fits = check_auth(again); !fits) return std::unexpected(fits.error());
    again.log_file = resolve_log_file(again);
    return again;
}

std::expected<Preparation, Refusal> prepare(const Options& options, GivenSecrets given) {
    Preparation p{.options = options};
    p.given_token = take_given(token_variable);
    p.given_password = take_given(password_variable);
    auto paths = config::resolve_paths({.profile = options.profile, .dev = options.dev},
                                       config::process_environment());
    if (!paths) return refuse(2, "[openclaw] " + paths.error().sentence);
    p.paths = std::move(*paths);
    if (p.given_token.empty()) p.given_token = std::move(given.token);
    if (p.given_password.empty()) p.given_password = std::move(given.password);
    p.made_token = std::move(given.made_token);
    read_environment_into(p);
    if (auto done = complete(p); !done) return std::unexpected(done.error());
    return p;
}

std::expected<Preparation, Refusal> prepare_again(const Preparation& before, Reread what) {
    Preparation p = before;
    if (what == Reread::everything) read_environment_into(p);
    if (auto done = complete(p); !done) return std::unexpected(done.error());
    if (what == Reread::config) p.address = before.address;
    return p;
}

} // namespace openclaw
