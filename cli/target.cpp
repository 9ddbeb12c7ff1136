#include "cli/target.h"

#include "cli/config_source.h"
#include "common/base/names.h"
#include "common/base/strings.h"

#include <cerrno>
#include <charconv>

namespace openclaw::cli {

namespace {

std::unexpected<CallError> bad_address(std::string_view url, std::string_view why) {
    return std::unexpected(
        cli_error("cannot use the gateway address " + std::string(url) + ": " + std::string(why)));
}

std::string shown(const Context& context, std::string_view path) {
    return config::shorten_home(path, context.paths.home);
}

bool is_this_machine(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// "host:port", "[::1]:port"; the port may be missing.
CallResult<WebSocketAddress> parse_authority(std::string_view url, std::string_view authority) {
    WebSocketAddress address{.host = std::string(authority), .port = names::default_port};
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && !authority.ends_with(']');
    if (has_port) {
        const auto digits = authority.substr(colon + 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
        if (error != std::errc() || end != digits.data() + digits.size() || address.port < 1 ||
            address.port > 65535)
            return bad_address(url, "its port is no number from 1 to 65535");
        address.host = authority.substr(0, colon);
    }
    if (address.host.starts_with('[') && address.host.ends_with(']'))
        address.host = address.host.substr(1, address.host.size() - 2);
    return address;
}

CallResult<Target> websocket_target(std::string_view url, std::string source) {
    auto address = parse_websocket_url(url);
    if (!address) return std::unexpected(address.error());
    Target target;
    target.websocket = std::move(*address);
    target.name = url;
    target.source = std::move(source);
    return target;
}

std::string config_text(const config::Config& loaded, std::string_view section,
                        std::string_view key) {
    const config::Node* node = loaded.tree ? loaded.tree->find("gateway") : nullptr;
    node = node ? node->find(section) : nullptr;
    node = node ? node->find(key) : nullptr;
    return node && node->is_string() ? node->text : std::string();
}

// Credentials for the gateway of this configuration: flag > file > environment (CLI.md 4).
void add_credentials(Target& target, const Context& context, const ConnectionOptions& options,
                     const config::Config* loaded) {
    target.token = Secret(options.token);
    target.password = Secret(options.password);
    if (!target.token.empty() || !target.password.empty()) return;
    if (loaded) {
        target.token = loaded->gateway.auth.token;
        target.password = loaded->gateway.auth.password;
    }
    if (!target.token.empty() || !target.password.empty()) return;
    target.token =
        Secret(config::variable(context.environment, "OPENCLAW_GATEWAY_TOKEN").value_or(""));
    target.password =
        Secret(config::variable(context.environment, "OPENCLAW_GATEWAY_PASSWORD").value_or(""));
}

std::unexpected<CallError> needs_credentials(const Context& context, std::string_view first_line) {
    return std::unexpected(
        CallError{.type = CallError::Type::credentials_required,
                  .message = std::string(first_line) +
                             "\nFix: configure gateway.auth token/password, pair this device, or "
                             "pass --token/--password.\nConfig: " +
                             shown(context, context.paths.config_file),
                  .code = {},
                  .details_json = {}});
}

} // namespace

CallResult<WebSocketAddress> parse_websocket_url(std::string_view url) {
    if (url.starts_with("wss://"))
        return bad_address(url, "wss:// is not supported yet. Forward the port instead: ssh -L "
                                "18789:127.0.0.1:18789 HOST, then --port 18789");
    if (!url.starts_with("ws://")) return bad_address(url, "it must begin with ws://");
    const auto rest = url.substr(5);
    const auto slash = std::min(rest.find('/'), rest.size());
    auto address = parse_authority(url, rest.substr(0, slash));
    if (!address) return address;
    if (slash < rest.size()) address->path = rest.substr(slash);
    if (!is_this_machine(address->host))
        return bad_address(url, "ws:// would send the token in plain text over the network. "
                                "Forward the port: ssh -L 18789:127.0.0.1:18789 HOST");
    return address;
}

CallResult<Target> resolve_target(const Context& context, const ConnectionOptions& options) {
    if (!options.url.empty() && options.port != 0)
        return std::unexpected(
            cli_error("--url cannot be combined with --port; leave one of them out"));
    if (!options.url.empty()) {
        auto target = websocket_target(options.url, "--url");
        if (target && options.token.empty() && options.password.empty())
            return needs_credentials(context, "gateway url override requires explicit credentials");
        if (target) add_credentials(*target, context, options, nullptr);
        return target;
    }
    const auto env_url = config::variable(context.environment, "OPENCLAW_GATEWAY_URL");
    if (options.port == 0 && !env_url) {
        Target target;
        target.control_socket = context.paths.in_state(names::control_socket);
        target.name = shown(context, target.control_socket);
        target.source = "local control socket";
        return target;
    }
    auto target = options.port != 0
                      ? websocket_target("ws://127.0.0.1:" + std::to_string(options.port), "--port")
                      : websocket_target(env_url.value_or(""), "OPENCLAW_GATEWAY_URL");
    if (!target) return target;
    const auto loaded = config::load(config_source(context));
    add_credentials(*target, context, options, loaded ? &*loaded : nullptr);
    if (target->token.empty() && target->password.empty())
        return needs_credentials(context, "the gateway at " + target->name +
                                              " requires credentials before opening a websocket");
    return target;
}

std::optional<Target> remote_target(const Context& context) {
    const auto loaded = config::load(config_source(context));
    if (!loaded || loaded->gateway.mode != config::Gateway::Mode::remote) return std::nullopt;
    auto target = websocket_target(config_text(*loaded, "remote", "url"), "gateway.remote.url");
    if (!target) return std::nullopt;
    target->token = Secret(config_text(*loaded, "remote", "token"));
    target->password = Secret(config_text(*loaded, "remote", "password"));
    return *target;
}

CallError unreachable(const Context& context, const Target& target, const Error& cause) {
    CallError error = transport_error(cause);
    const bool nobody = cause.system_errno == ENOENT || cause.system_errno == ECONNREFUSED;
    const std::string why = nobody && !target.control_socket.empty()
                                ? "no gateway is running for this state directory"
                                : cause.sentence;
    error.message =
        "Gateway not reachable: " + why + (error.code.empty() ? "" : " (" + error.code + ")");
    error.message += "\nGateway target: " + target.name + "\nSource: " + target.source;
    error.message += "\nConfig: " + shown(context, context.paths.config_file);
    error.message +=
        "\nStart it with: openclaw gateway run   ·   Diagnose with: openclaw gateway status";
    return error;
}

} // namespace openclaw::cli
