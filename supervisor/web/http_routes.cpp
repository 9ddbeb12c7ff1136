#include "supervisor/web/http_routes.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "common/version.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::web {

namespace {

constexpr std::string_view json_type = "application/json; charset=utf-8";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

// On every answer (PROTOCOL.md 17).
constexpr std::string_view common_headers =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Permissions-Policy: camera=(), microphone=(self), geolocation=()\r\n";

HttpAnswer probe(int status, std::string body) {
    return {.status = status,
            .content_type = std::string(json_type),
            .body = std::move(body),
            .headers = {{"Cache-Control", "no-store"}}};
}

HttpAnswer health(const HttpRequest&, const Readiness&) {
    return probe(200, R"({"ok":true,"status":"live"})");
}

void write_health(json::Writer& body, const Readiness& facts) {
    if (facts.level.empty()) return;
    body.member("level", facts.level);
    for (const auto& [name, ids] :
         {std::pair{"down", &facts.down}, {"degraded", &facts.degraded}}) {
        body.key(name).begin_array();
        for (const auto& id : *ids)
            body.value(id);
        body.end_array();
    }
}

HttpAnswer ready(const HttpRequest& request, const Readiness& facts) {
    const bool is_ready = facts.phase == Readiness::Phase::started && facts.failing.empty();
    json::Writer body;
    body.begin_object().member("ready", is_ready);
    if (request.is_direct_local || request.is_authenticated) {
        body.key("failing").begin_array();
        for (const auto& reason : facts.failing)
            body.value(reason);
        body.end_array();
        write_health(body, facts);
        body.member("uptimeMs", facts.uptime_ms);
        if (is_ready && !facts.event_loop_json.empty())
            body.raw_member("eventLoop", facts.event_loop_json);
    }
    body.end_object();
    return probe(is_ready ? 200 : 503, body.take());
}

std::string_view word(Readiness::Phase phase) {
    switch (phase) {
    case Readiness::Phase::starting:
        return "starting";
    case Readiness::Phase::started:
        return "started";
    case Readiness::Phase::draining:
        return "draining";
    }
    return "starting";
}

HttpAnswer startup(const HttpRequest& request, const Readiness& facts) {
    const bool is_started = facts.phase == Readiness::Phase::started;
    json::Writer body;
    body.begin_object().member("ok", is_started).member("status", word(facts.phase));
    if (request.is_direct_local || request.is_authenticated) {
        if (is_started) body.member("version", version);
        body.member("uptimeMs", facts.uptime_ms);
        if (facts.phase == Readiness::Phase::starting && !facts.failing.empty())
            body.member("pendingReason", facts.failing.front());
    }
    body.end_object();
    return probe(is_started ? 200 : 503, body.take());
}

struct Route {
    std::string_view path;
    HttpAnswer (*answer)(const HttpRequest&, const Readiness&);
};

constexpr std::array routes = {
    Route{"/health", health}, Route{"/healthz", health},  Route{"/ready", ready},
    Route{"/readyz", ready},  Route{"/startup", startup}, Route{"/startupz", startup},
};

std::string_view status_text(int status) {
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 411:
        return "Length Required";
    case 413:
        return "Content Too Large";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Error";
    }
}

// Status line, the headers of every answer and those of this one.
std::string begin_head(const HttpAnswer& answer) {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status);
    out.append(" ").append(status_text(answer.status)).append("\r\n").append(common_headers);
    for (const auto& [name, value] : answer.headers)
        out.append(name).append(": ").append(value).append("\r\n");
    return out.append("Content-Type: ").append(answer.content_type).append("\r\n");
}

constexpr std::string_view kept = "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n";
constexpr std::string_view closed = "Connection: close\r\n\r\n";

} // namespace

HttpAnswer plain_text(int status, std::string_view body) {
    return {.status = status,
            .content_type = std::string(text_type),
            .body = std::string(body),
            .headers = {}};
}

HttpAnswer json_refusal(int status, std::string_view message, std::string_view type) {
    json::Writer body;
    body.begin_object()
        .key("error")
        .begin_object()
        .member("message", message)
        .member("type", type)
        .end_object()
        .end_object();
    return {.status = status,
            .content_type = std::string(json_type),
            .body = body.take(),
            .headers = {}};
}

HttpAnswer refuse_method(std::string_view allowed) {
    HttpAnswer refused = plain_text(405, "Method Not Allowed");
    refused.headers.emplace_back("Allow", allowed);
    return refused;
}

HttpAnswer answer(const HttpRequest& request, const Readiness& readiness) {
    const auto route = std::ranges::find(routes, request.path, &Route::path);
    const bool is_head = request.method == "HEAD";
    if (is_head || request.method == "GET") {
        HttpAnswer found = route == routes.end() ? plain_text(404, "Not Found")
                                                 : route->answer(request, readiness);
        found.body_is_left_out = is_head;
        return found;
    }
    if (route == routes.end() && request.method != "OPTIONS") return plain_text(404, "Not Found");
    return refuse_method("GET, HEAD");
}

HttpAnswer refuse_unattributed_proxy() {
    return json_refusal(403,
                        "Proxy client attribution is required. Configure gateway.trustedProxies "
                        "narrowly and make the proxy "
                        "overwrite or safely rebuild forwarded client headers.",
                        "proxy_attribution_required");
}

HttpAnswer refuse_foreign_host() {
    return json_refusal(
        403,
        "This Host is not a name of the gateway. Use 127.0.0.1 or localhost, or add the "
        "page's origin to gateway.controlUi.allowedOrigins.",
        "host_not_allowed");
}

HttpAnswer refuse_too_many_sockets() {
    return plain_text(503, "Too many unauthenticated sockets");
}

HttpAnswer refuse_bad_websocket_key() {
    return {.status = 400,
            .content_type = "text/html",
            .body = "Missing or invalid Sec-WebSocket-Key header",
            .headers = {}};
}

HttpAnswer refuse_malformed_length() {
    return plain_text(400, "Malformed Content-Length");
}

HttpAnswer refuse_rate_limited(std::int64_t retry_after_seconds) {
    HttpAnswer refused = json_refusal(
        429, "Too many failed authentication attempts. Please try again later.", "rate_limited");
    refused.headers.emplace_back("Retry-After", std::to_string(retry_after_seconds));
    return refused;
}

std::span<const std::string_view> forwarding_headers() {
    static constexpr std::array<std::string_view, 9> names = {
        "forwarded",          "x-forwarded-for",  "x-forwarded-proto",
        "x-forwarded-host",   "x-forwarded-port", "x-forwarded-by",
        "x-forwarded-server", "x-forwarded-ssl",  "x-real-ip",
    };
    return names;
}

std::string render(const HttpAnswer& answer, bool keep_alive) {
    std::string out = begin_head(answer);
    out.append("Content-Length: ").append(std::to_string(answer.body.size())).append("\r\n");
    out.append(keep_alive ? kept : closed);
    if (!answer.body_is_left_out) out += answer.body;
    return out;
}

std::string render_stream_head(const HttpAnswer& head, StreamFraming framing) {
    std::string out = begin_head(head);
    if (framing.is_chunked) out += "Transfer-Encoding: chunked\r\n";
    return out.append(framing.keeps_alive ? kept : closed);
}

} // namespace openclaw::web
