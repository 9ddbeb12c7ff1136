// net/http_message.h — a request, its answer, and how it failed, as values.
//
// A URL may hold a bot token (TELEGRAM.md: the token is part of the path), so it is a Secret: it is
// never logged, and sentences about failures name the host at most.
#pragma once

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/secret.h"

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::net {

struct HttpHeader {
    std::string name;  // of a response: in lower case
    std::string value; // never logged: it may be a credential
};

struct HttpRequest {
    std::string method = "GET";
    Secret url; // https://…, or http://… when the operator wrote that
    std::vector<HttpHeader> headers;
    // Sent with Content-Length unless it is empty and the method is GET, HEAD or DELETE.
    std::string body;

    // Zero means no limit, for all but connect_timeout.
    Milliseconds connect_timeout{10'000}; // name lookup, TCP, proxy and TLS together
    Milliseconds first_byte_timeout{0};   // from start() to the first byte of the answer
    Milliseconds idle_timeout{0};         // between two bytes of the answer
    Milliseconds total_timeout{60'000};   // from start() to the end

    bool stream = false; // the body of a 2xx answer goes to on_data piece by piece and is not kept
    std::size_t max_response_bytes = 16u << 20;

    // A kept connection may turn out to be dead after the request was written. When true the
    // request is then written again on a fresh connection; when false that is a failure with
    // request_sent, for the caller to judge.
    bool may_repeat = false;
};

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers; // in the order they came; at most 64, together at most 16 KiB
    std::string body;                // empty when it was streamed

    bool is_success() const { return status >= 200 && status < 300; }

    // The first of that name; empty: none.
    std::string_view header(std::string_view lower_case_name) const;
    // The pause the server asks for, from "Retry-After".
    std::optional<Milliseconds> retry_after(std::int64_t now_unix_ms) const;
};

// Error codes: invalid (the URL or the answer breaks the rules, or the answer is too large),
// timeout, unavailable (lookup, connection or TLS failed, or the connection broke), busy (too many
// calls at once), denied (this worker may not reach that host).
struct HttpFailure {
    Error error;
    // True: at least a part of the request was written to the connection, so the server may have
    // acted on it. False: nothing was written; sending again cannot repeat anything.
    bool request_sent = false;
};

using HttpOutcome = std::expected<HttpResponse, HttpFailure>;

} // namespace openclaw::net
