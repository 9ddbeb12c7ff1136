#include "cli/target.h"

namespace openclaw::cli {

namespace {

// The commands that fix a refused token (SEEDS A35).
CallError with_login_help(CallError error) {
    error.message += "\nFix: openclaw config get gateway.auth.mode   ·   pass --token, or set "
                     "OPENCLAW_GATEWAY_TOKEN";
    error.message +=
        "\nOn the gateway's own machine no token is needed: leave out --port and --url.";
    return error;
}

Result<std::unique_ptr<Transport>> open_websocket(const WebSocketAddress& address,
                                                  Instant deadline) {
    auto stream = TRY(connect_tcp(address.host, address.port, deadline));
    const bool is_v6 = address.host.find(':') != std::string::npos;
    const std::string host =
        (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
    std::unique_ptr<Transport> transport =
        TRY(WebSocketTransport::open(std::move(stream), host, address.path, deadline));
    return transport;
}

CallResult<RpcClient> open_websocket_client(const Context& context, const Target& target,
                                            Milliseconds within) {
    auto transport = open_websocket(target.websocket, std::chrono::steady_clock::now() + within);
    if (!transport) return std::unexpected(unreachable(context, target, transport.error()));
    RpcClient client(std::move(*transport));
    if (auto hello = client.connect(target.token, target.password, within); !hello)
        return std::unexpected(hello.error().type == CallError::Type::request
                                   ? with_login_help(hello.error())
                                   : hello.error());
    return client;
}

} // namespace

CallResult<RpcClient> open_gateway(const Context& context, const ConnectionOptions& options) {
    auto target = resolve_target(context, options);
    if (!target) return std::unexpected(target.error());
    if (target->control_socket.empty())
        return open_websocket_client(context, *target, options.timeout());
    auto stream = connect_unix(target->control_socket);
    if (stream) return RpcClient(std::make_unique<LineTransport>(std::move(*stream)));
    if (const auto remote = remote_target(context))
        return open_websocket_client(context, *remote, options.timeout());
    return std::unexpected(unreachable(context, *target, stream.error()));
}

CallResult<Answer> ask(const Context& context, const ConnectionOptions& options,
                       std::string_view method, std::string_view params_json) {
    auto client = open_gateway(context, options);
    if (!client) return std::unexpected(client.error());
    return client->call(method, params_json, options.timeout());
}

} // namespace openclaw::cli
