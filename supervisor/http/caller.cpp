#include "supervisor/http/caller.h"

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/http/answers.h"
#include "supervisor/rpc/origin.h"
#include "supervisor/rpc/wire_error.h"

#include <algorithm>
#include <chrono>

namespace openclaw::http {

namespace {

constexpr std::string_view scopes_header = "x-openclaw-scopes";

using Identified = std::expected<Caller, web::HttpAnswer>;

web::HttpAnswer unauthorized() {
    return to_answer({.status = 401, .message = "Unauthorized", .type = "unauthorized"});
}

web::HttpAnswer forbidden(std::string message) {
    return to_answer({.status = 403, .message = std::move(message), .type = "forbidden"});
}

Identified full_operator() {
    return Caller{policy::operator_scopes()};
}

// Words between commas or blanks; without the header nothing is taken away.
Identified narrowed(const web::HttpHead& head) {
    const auto header = head.arrival.header(scopes_header);
    if (header.empty()) return full_operator();
    std::string words(header);
    std::ranges::replace(words, ',', ' ');
    policy::Scopes requested;
    for (const auto word : split(words, ' '))
        if (!trim(word).empty()) requested.emplace_back(trim(word));
    return Caller{policy::intersect(requested, policy::operator_scopes())};
}

Identified by_secret(rpc::FrontDoor& door, const web::HttpHead& head) {
    if (head.bearer.empty()) return std::unexpected(unauthorized()); // nothing was guessed
    const auto answer = door.check_bearer(head.bearer, head.arrival);
    switch (answer.verdict) {
    case rpc::BearerVerdict::accepted:
        return full_operator();
    case rpc::BearerVerdict::wrong:
        return std::unexpected(unauthorized());
    case rpc::BearerVerdict::locked_out:
        break;
    }
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(answer.locked_for).count();
    return std::unexpected(web::refuse_rate_limited(std::max<std::int64_t>(seconds, 1)));
}

bool is_foreign_page(const rpc::FrontDoor& door, const web::Arrival& from) {
    return from.has_origin &&
           rpc::judge_origin(from.origin, from.host, door.settings().allowed_origins) !=
               rpc::OriginVerdict::allowed;
}

Identified by_proxy(rpc::FrontDoor& door, const web::HttpHead& head) {
    const auto& from = head.arrival;
    // The owner's own programs need no proxy when they have the secret.
    if (from.direct_local && !head.bearer.empty()) return by_secret(door, head);
    const auto proof =
        auth::check_proxy(door.settings().gate.proxy,
                          {.is_from_proxy = from.via_proxy,
                           .is_loopback = from.peer_is_loopback,
                           .header = [&from](std::string_view name) { return from.header(name); }});
    if (proof == auth::ProxyProof::accepted) return narrowed(head);
    return std::unexpected(to_answer({.status = 401,
                                      .message = std::string(auth::words(proof).message),
                                      .type = "unauthorized"}));
}

} // namespace

Identified identify(rpc::FrontDoor& door, const web::HttpHead& head) {
    const auto mode = door.settings().gate.mode;
    if (mode == auth::Mode::token || mode == auth::Mode::password) return by_secret(door, head);
    if (is_foreign_page(door, head.arrival))
        return std::unexpected(forbidden("origin not allowed (open the page from the gateway host "
                                         "or allow it in gateway.controlUi.allowedOrigins)"));
    return mode == auth::Mode::none ? narrowed(head) : by_proxy(door, head);
}

web::HttpAnswer refuse_scope(std::string_view missing) {
    const auto error = rpc::missing_scope(missing);
    json::Writer out;
    out.begin_object().key("error").begin_object().member("message", error.message);
    out.member("type", "forbidden").raw_member("details", error.details);
    return json_answer(403, out.end_object().end_object().take());
}

std::vector<std::string> wanted_headers() {
    return {std::string(scopes_header), "x-openclaw-agent-id", "x-openclaw-session-key",
            "x-openclaw-model"};
}

} // namespace openclaw::http
