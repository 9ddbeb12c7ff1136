// cli/target.h — which gateway a command talks to, and with which credential (CLI.md 4).
//
// --url > --port > OPENCLAW_GATEWAY_URL > the control socket in the state directory >
// gateway.remote.url when gateway.mode is remote. The control socket needs no credential: our user
// id is one. With --url neither the configuration's nor the environment's credentials are used:
// they belong to another gateway.
#pragma once

#include "cli/context.h"

#include <optional>

namespace openclaw::config {
struct Node;
}

namespace openclaw::cli {

struct WebSocketAddress {
    std::string host; // "127.0.0.1", "localhost" or "::1"
    int port = 0;
    std::string path = "/";
};

struct Target {
    std::string control_socket; // empty: a WebSocket
    WebSocketAddress websocket;
    std::string name;   // "ws://127.0.0.1:18789", "~/.openclaw/run/supervisor.sock"
    std::string source; // "local control socket", "--port", …
    Secret token, password;
};

// Errors: cli (--url with --port, an address we cannot use), credentials_required.
CallResult<Target> resolve_target(const Context& context, const ConnectionOptions& options);

// Only ws:// to this machine for now; wss:// and other hosts are refused with the reason and the
// way around.
CallResult<WebSocketAddress> parse_websocket_url(std::string_view url);

// gateway.remote.url, when gateway.mode is remote. The file may be missing or broken: then there is
// none.
std::optional<Target> remote_target(const Context& context);

// What an operator sees when nobody answers: what happened, whom we tried, why that one, and how to
// go on.
CallError unreachable(const Context& context, const Target& target, const Error& cause);

} // namespace openclaw::cli
