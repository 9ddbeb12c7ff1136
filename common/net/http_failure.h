// net/http_failure.h — what libcurl reports, as one sentence a person can act on. Pure.
//
// Sentences name the host, never the path or the query: those may hold a token.
#pragma once

#include "common/net/http_message.h"

#include <curl/curl.h>

namespace openclaw::net {

// Why a callback of ours stopped libcurl.
enum class Refusal { none, too_large, would_repeat, held_back };

struct FailureFacts {
    CURLcode code;
    const Secret& url;
    std::string_view detail; // libcurl's own words
    Refusal refusal;
    int system_errno;
    bool connected; // the request was about to be written
    bool request_sent;
    Milliseconds connect_timeout;
    Milliseconds total_timeout; // zero: none
    std::size_t max_response_bytes;
};

HttpFailure explain_failure(const FailureFacts& facts);
HttpFailure mute_failure(const Secret& url, Milliseconds limit);   // no first byte came
HttpFailure silent_failure(const Secret& url, Milliseconds limit); // the answer stopped coming

// "api.example.org:8443": without user, path or query. "the server" when the text is no URL.
std::string host_of(std::string_view url);

} // namespace openclaw::net
