#include "common/net/http_failure.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/net/curl_library.h"

#include <cstring>

namespace openclaw::net {

namespace {

struct Row {
    CURLcode curl;
    Code code;
    bool retryable;
    std::string_view before; // the host
    std::string_view after;
};

// CURLcode numbers: curl/curl.h of 7.88. Those missing are told in libcurl's own words.
constexpr Row rows[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, Code::invalid, false, "the URL of ",
     " must begin with https:// or http://"},
    {CURLE_URL_MALFORMAT, Code::invalid, false, "",
     ": the URL is malformed; write it as https://host/path"},
    {CURLE_COULDNT_RESOLVE_HOST, Code::unavailable, true, "no address is known for ",
     "; check the name and the network's DNS"},
    {CURLE_COULDNT_RESOLVE_PROXY, Code::unavailable, true,
     "no address is known for the proxy on the way to ", "; check the proxy setting"},
    {CURLE_COULDNT_CONNECT, Code::unavailable, true, "cannot connect to ", ""},
    {CURLE_SSL_CONNECT_ERROR, Code::unavailable, true, "cannot agree on TLS with ", ""},
    {CURLE_PEER_FAILED_VERIFICATION, Code::unavailable, false, "the TLS certificate of ",
     " is not trusted; check its name, its date and the installed certificates"},
    {CURLE_SSL_CACERT_BADFILE, Code::invalid, false, "the certificates to judge ",
     " by cannot be read; check the certificate file"},
    {CURLE_SEND_ERROR, Code::unavailable, true, "the connection to ",
     " broke while the request was sent"},
    {CURLE_RECV_ERROR, Code::unavailable, true, "the connection to ",
     " broke before the answer was whole"},
    {CURLE_GOT_NOTHING, Code::unavailable, true, "", " closed the connection without an answer"},
    {CURLE_PARTIAL_FILE, Code::unavailable, true, "",
     " closed the connection in the middle of its answer"},
    {CURLE_WEIRD_SERVER_REPLY, Code::corrupt, true, "", " sent something that is not HTTP/1.1"},
    {CURLE_BAD_CONTENT_ENCODING, Code::corrupt, true, "", " sent a body that cannot be read"},
};

const Row* row_of(CURLcode code) {
    for (const auto& row : rows)
        if (row.curl == code) return &row;
    return nullptr;
}

std::string in_milliseconds(Milliseconds limit) {
    return std::to_string(limit.count()) + " ms";
}

HttpFailure failure(Code code, bool retryable, std::string sentence, const FailureFacts& facts) {
    return {.error = {.code = code,
                      .sentence = std::move(sentence),
                      .system_errno = facts.system_errno,
                      .retryable = retryable,
                      .retry_after = std::nullopt},
            .request_sent = facts.request_sent};
}

HttpFailure timed_out(std::string sentence) {
    return {.error = {.code = Code::timeout,
                      .sentence = std::move(sentence),
                      .system_errno = 0,
                      .retryable = true,
                      .retry_after = std::nullopt},
            .request_sent = false};
}

HttpFailure deadline_passed(const FailureFacts& facts) {
    const auto host = host_of(facts.url.reveal());
    const bool total_is_shorter =
        facts.total_timeout.count() > 0 && facts.total_timeout < facts.connect_timeout;
    const auto to_connect = total_is_shorter ? facts.total_timeout : facts.connect_timeout;
    auto outcome =
        facts.connected
            ? timed_out(host + " did not finish its answer within " +
                        in_milliseconds(facts.total_timeout))
            : timed_out("no connection to " + host + " within " + in_milliseconds(to_connect));
    outcome.request_sent = facts.request_sent;
    return outcome;
}

// libcurl's words may quote what a server sent or the address that was tried; never the URL's path.
// The URL is looked for all the same: a token in a log cannot be taken back.
std::string told_by_libcurl(const FailureFacts& facts) {
    if (facts.system_errno != 0) return std::string(": ") + std::strerror(facts.system_errno);
    if (facts.detail.empty()) return {};
    if (!facts.url.empty() && facts.detail.find(facts.url.reveal()) != std::string_view::npos)
        return {};
    return ": " + log::redact(to_valid_utf8(facts.detail));
}

// A connection that breaks, or a proxy that refuses, before the request is not an answer cut short.
CURLcode code_of(const FailureFacts& facts) {
    const bool broke = facts.code == CURLE_RECV_ERROR || facts.code == CURLE_SEND_ERROR ||
                       facts.code == CURLE_GOT_NOTHING;
    return broke && !facts.connected ? CURLE_COULDNT_CONNECT : facts.code;
}

} // namespace

std::string host_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return "the server";
    url.remove_prefix(scheme + 3);
    url = url.substr(0, url.find_first_of("/?#"));
    if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
    return url.empty() ? "the server" : std::string(url);
}

HttpFailure explain_failure(const FailureFacts& facts) {
    const auto host = host_of(facts.url.reveal());
    if (facts.refusal == Refusal::too_large)
        return failure(Code::invalid, false,
                       host + " sent an answer of more than " +
                           std::to_string(facts.max_response_bytes) + " bytes",
                       facts);
    if (facts.refusal == Refusal::held_back)
        return failure(Code::busy, true, "the request to " + host + " was held back", facts);
    if (facts.refusal == Refusal::would_repeat)
        return failure(Code::unavailable, true,
                       host + " closed a kept connection before it answered", facts);
    if (facts.code == CURLE_OPERATION_TIMEDOUT) return deadline_passed(facts);
    const auto* row = row_of(code_of(facts));
    if (row == nullptr)
        return failure(Code::unavailable, true, host + ": " + curl().easy_strerror(facts.code),
                       facts);
    std::string sentence = std::string(row->before) + host + std::string(row->after);
    if (row->code == Code::unavailable) sentence += told_by_libcurl(facts);
    return failure(row->code, row->retryable, std::move(sentence), facts);
}

HttpFailure mute_failure(const Secret& url, Milliseconds limit) {
    return timed_out(host_of(url.reveal()) + " did not begin to answer within " +
                     in_milliseconds(limit));
}

HttpFailure silent_failure(const Secret& url, Milliseconds limit) {
    return timed_out(host_of(url.reveal()) + " stopped in the middle of its answer for " +
                     in_milliseconds(limit));
}

} // namespace openclaw::net
