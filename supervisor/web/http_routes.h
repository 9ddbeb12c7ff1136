// web/http_routes.h — the answers of plain HTTP that need nobody else: probes, refusals, "not
// found"; and the form of every answer. Pure: a request in, an answer out.
//
// Contract: PROTOCOL.md 1 (proxy attribution), 17 (probes, headers), 3 (the cap on unauthenticated
// sockets).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace openclaw::web {

struct HttpRequest {
    std::string_view method; // "GET"
    std::string_view path;   // without the query
    bool is_direct_local = false;
    bool is_authenticated = false; // a valid bearer was shown
};

struct HttpAnswer {
    int status = 200;
    std::string content_type;
    std::string body;
    std::vector<std::pair<std::string, std::string>>
        headers;                   // besides type, length and the common ones
    bool body_is_left_out = false; // HEAD: the length is told, the body is not sent
};

// What the probes tell: asked for each request.
struct Readiness {
    enum class Phase { starting, started, draining } phase = Phase::starting;
    std::vector<std::string> failing; // why not ready: "telegram", "agent", "storage"
    std::string_view level = {};      // how the whole is: "ok", "degraded", "down", "unknown"
    std::vector<std::string> down = {}, degraded = {}; // what exactly: "telegram:default"
    std::int64_t uptime_ms = 0;
    std::string event_loop_json; // {"degraded":false,…}
};

HttpAnswer answer(const HttpRequest& request, const Readiness& readiness);

// Refusals that come before any route.
HttpAnswer refuse_unattributed_proxy();                           // 403
HttpAnswer refuse_foreign_host();                                 // 403
HttpAnswer refuse_too_many_sockets();                             // 503
HttpAnswer refuse_bad_websocket_key();                            // 400
HttpAnswer refuse_malformed_length();                             // 400
HttpAnswer refuse_rate_limited(std::int64_t retry_after_seconds); // 429

// Header names (lower case) that claim to speak for a client behind a proxy.
std::span<const std::string_view> forwarding_headers();

// {"error":{"message":…,"type":…}}
HttpAnswer json_refusal(int status, std::string_view message, std::string_view type);
HttpAnswer plain_text(int status, std::string_view body);
HttpAnswer refuse_method(std::string_view allowed); // 405

// The whole answer, ready for the wire.
std::string render(const HttpAnswer& answer, bool keep_alive);

struct StreamFraming {
    bool is_chunked = true; // else the body ends with the connection
    bool keeps_alive = true;
};

// Status line and headers of an answer whose length nobody knows yet.
std::string render_stream_head(const HttpAnswer& head, StreamFraming framing);

} // namespace openclaw::web
