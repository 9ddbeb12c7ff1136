#include "supervisor/rpc/wire_error.h"

#include "common/json/write.h"

namespace openclaw::rpc {

// PROTOCOL.md 9: not found, conflict and bad input are all INVALID_REQUEST on this wire.
WireError to_wire(const Error& error) {
    WireError wire{.message = error.sentence};
    switch (error.code) {
    case Code::invalid:
    case Code::not_found:
        break;
    case Code::denied:
        wire.code = "FORBIDDEN";
        break;
    case Code::busy:
    case Code::timeout:
    case Code::unavailable:
    case Code::corrupt:
    case Code::internal:
        wire.code = "UNAVAILABLE";
        break;
    }
    if (error.retryable || error.code == Code::busy) wire.retryable = true;
    if (error.retry_after) wire.retry_after_ms = error.retry_after->count();
    return wire;
}

WireError invalid_request(std::string message, std::string details) {
    return {
        .code = "INVALID_REQUEST", .message = std::move(message), .details = std::move(details)};
}

WireError unavailable(std::string message, std::string details) {
    return {.code = "UNAVAILABLE", .message = std::move(message), .details = std::move(details)};
}

WireError missing_scope(std::string_view scope) {
    json::Writer details;
    details.begin_object().member("code", "MISSING_SCOPE").member("missingScope", scope);
    details.key("requiredScopes").begin_array().value(scope).end_array().end_object();
    return {.code = "FORBIDDEN",
            .message = "missing scope: " + std::string(scope),
            .details = details.take()};
}

std::string to_json(const WireError& error) {
    json::Writer out;
    out.begin_object().member("code", error.code).member("message", error.message);
    if (!error.details.empty()) out.raw_member("details", error.details);
    if (error.retryable) out.member("retryable", *error.retryable);
    if (error.retry_after_ms) out.member("retryAfterMs", *error.retry_after_ms);
    return out.end_object().take();
}

} // namespace openclaw::rpc
