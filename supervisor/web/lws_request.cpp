#include "supervisor/web/lws_request.h"

#include "common/base/strings.h"
#include "supervisor/web/attribution.h"
#include "supervisor/web/host_rule.h"
#include "supervisor/web/http_routes.h"
#include "supervisor/web/peer.h"

#include <libwebsockets.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace openclaw::web {

namespace {

std::string header(lws* socket, lws_token_indexes token) {
    const int length = lws_hdr_total_length(socket, token);
    if (length <= 0) return {};
    std::string value(static_cast<std::size_t>(length) + 1, '\0');
    const int copied = lws_hdr_copy(socket, value.data(), static_cast<int>(value.size()), token);
    value.resize(copied > 0 ? static_cast<std::size_t>(copied) : 0);
    return value;
}

// libwebsockets knows some names and keeps the others as "custom" ones, by lower case name and
// colon.
bool has_header(lws* socket, std::string_view name) {
    if (name == "x-forwarded-for")
        return lws_hdr_total_length(socket, WSI_TOKEN_X_FORWARDED_FOR) > 0;
    if (name == "x-real-ip") return lws_hdr_total_length(socket, WSI_TOKEN_HTTP_X_REAL_IP) > 0;
    const std::string with_colon = std::string(name) + ":";
    return lws_hdr_custom_length(socket, with_colon.c_str(), static_cast<int>(with_colon.size())) >=
           0;
}

std::string custom_header(lws* socket, const std::string& name) {
    if (name == "x-forwarded-for") return header(socket, WSI_TOKEN_X_FORWARDED_FOR);
    if (name == "x-real-ip") return header(socket, WSI_TOKEN_HTTP_X_REAL_IP);
    const std::string with_colon = name + ":";
    const auto size = static_cast<int>(with_colon.size());
    const int length = lws_hdr_custom_length(socket, with_colon.c_str(), size);
    if (length <= 0) return {};
    std::string value(static_cast<std::size_t>(length) + 1, '\0');
    const int copied = lws_hdr_custom_copy(socket, value.data(), static_cast<int>(value.size()),
                                           with_colon.c_str(), size);
    value.resize(copied > 0 ? static_cast<std::size_t>(copied) : 0);
    return std::string(trim(value));
}

std::vector<std::pair<std::string, std::string>> wanted(lws* socket,
                                                        const std::vector<std::string>& names) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& name : names)
        if (auto value = custom_header(socket, name); !value.empty())
            found.emplace_back(name, std::move(value));
    return found;
}

std::string_view method_of(lws* socket) {
    static constexpr std::array methods = {
        std::pair{WSI_TOKEN_GET_URI, "GET"},         std::pair{WSI_TOKEN_HEAD_URI, "HEAD"},
        std::pair{WSI_TOKEN_POST_URI, "POST"},       std::pair{WSI_TOKEN_PUT_URI, "PUT"},
        std::pair{WSI_TOKEN_PATCH_URI, "PATCH"},     std::pair{WSI_TOKEN_DELETE_URI, "DELETE"},
        std::pair{WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
    };
    for (const auto& [token, name] : methods)
        if (lws_hdr_total_length(socket, token) > 0) return name;
    return "OTHER";
}

std::string bearer_of(lws* socket) {
    const std::string value = header(socket, WSI_TOKEN_HTTP_AUTHORIZATION);
    constexpr std::string_view scheme = "bearer ";
    if (value.size() <= scheme.size() ||
        !equals_ignoring_case(std::string_view(value).substr(0, scheme.size()), scheme))
        return {};
    return std::string(trim(std::string_view(value).substr(scheme.size())));
}

// How much body follows. A request that does not say it, though its method allows one, has none;
// but libwebsockets waits for some, so that its connection cannot be kept.
void read_length(lws* socket, RequestFacts& facts) {
    const std::string length = header(socket, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    const auto* end = length.data() + length.size();
    const auto read = std::from_chars(length.data(), end, facts.content_length);
    const bool is_number = read.ec == std::errc() && read.ptr == end;
    const std::string coding = to_lower(header(socket, WSI_TOKEN_HTTP_TRANSFER_ENCODING));
    facts.has_unsized_body = coding == "chunked" && facts.is_http_1_1;
    facts.is_malformed = (!length.empty() && (!is_number || !coding.empty())) ||
                         (!coding.empty() && !facts.has_unsized_body);
    facts.has_body = facts.content_length > 0 || facts.has_unsized_body || facts.is_malformed;
    const bool may_have_body =
        facts.method == "POST" || facts.method == "PUT" || facts.method == "PATCH";
    if (may_have_body && length.empty()) facts.keeps_alive = false; // also of one in chunks
}

// RFC 6455 4.1: sixteen bytes in base64.
bool is_websocket_key(std::string_view key) {
    return key.size() == 24 && key.ends_with("==") &&
           std::ranges::all_of(key.substr(0, 22), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '+' || c == '/';
           });
}

} // namespace

RequestFacts read_request(lws* socket, const RequestRules& rules) {
    const auto [peer_ip, peer_port] = peer_of(lws_get_socket_fd(socket));
    const bool has_forwarding = std::ranges::any_of(
        forwarding_headers(), [&](std::string_view name) { return has_header(socket, name); });
    auto attribution = attribute(peer_ip, has_forwarding, header(socket, WSI_TOKEN_X_FORWARDED_FOR),
                                 rules.trusted_proxies);

    RequestFacts facts;
    facts.is_refused = attribution.is_refused;
    facts.arrival = {.ip = std::move(attribution.ip),
                     .port = peer_port,
                     .direct_local = attribution.direct_local,
                     .via_proxy = has_forwarding && !attribution.is_refused,
                     .peer_is_loopback = is_loopback(peer_ip),
                     .has_origin = lws_hdr_total_length(socket, WSI_TOKEN_ORIGIN) > 0,
                     .origin = header(socket, WSI_TOKEN_ORIGIN),
                     .host = header(socket, WSI_TOKEN_HOST),
                     .user_agent = header(socket, WSI_TOKEN_HTTP_USER_AGENT),
                     .headers = wanted(socket, rules.wanted_headers)};
    facts.is_foreign_host =
        facts.arrival.direct_local && !is_our_host(facts.arrival.host, rules.host_names);
    facts.method = method_of(socket);
    facts.bearer = bearer_of(socket);
    facts.is_http_1_1 = header(socket, WSI_TOKEN_HTTP) == "HTTP/1.1";
    facts.keeps_alive =
        facts.is_http_1_1 && !to_lower(header(socket, WSI_TOKEN_CONNECTION)).contains("close");
    facts.expects_continue =
        to_lower(header(socket, WSI_TOKEN_HTTP_EXPECT)).contains("100-continue");
    read_length(socket, facts);
    // A proxy's connection is looked at for its first request only (inspection.h).
    if (is_trusted(peer_ip, rules.trusted_proxies)) facts.keeps_alive = false;
    facts.has_websocket_key = is_websocket_key(header(socket, WSI_TOKEN_KEY));
    return facts;
}

} // namespace openclaw::web
