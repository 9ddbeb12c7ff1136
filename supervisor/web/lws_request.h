// web/lws_request.h — what an HTTP request said, read out of libwebsockets' header table.
//
// The table is there only while a request or an upgrade is handled: read, and keep values.
#pragma once

#include "supervisor/web/endpoint.h"
#include "supervisor/web/request_rules.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct lws;

namespace openclaw::web {

struct RequestFacts {
    Arrival arrival;
    bool is_refused = false;      // forwarding headers from nobody we know
    bool is_foreign_host = false; // the Host header names somebody else (web/host_rule.h)
    std::string_view method;
    std::string bearer; // of the Authorization header; empty: none
    bool is_http_1_1 = false;
    bool keeps_alive = false;
    bool has_body = false;
    std::uint64_t content_length = 0;
    bool has_unsized_body = false; // Transfer-Encoding: chunked
    bool is_malformed = false;     // a length that is none, or two ways to say it (RFC 9112 6.3)
    bool expects_continue = false;
    bool has_websocket_key = false;
};

RequestFacts read_request(lws* socket, const RequestRules& rules);

} // namespace openclaw::web
