// What libcurl tells of a transfer: the request leaves, the answer comes, it is over.
#include "common/base/strings.h"
#include "common/net/http_transfer.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace openclaw::net {

namespace {

constexpr std::size_t max_headers = 64;
constexpr std::size_t max_header_bytes = 16u << 10;
constexpr std::size_t early_reserve =
    256u << 10; // what a Content-Length may make us allocate before bytes come

} // namespace

int HttpTransfer::before_request(void* self, char*, char*, int, int) {
    auto* transfer = static_cast<HttpTransfer*>(self);
    if (transfer->is_request_sent() && !transfer->request_.may_repeat) {
        transfer->refusal_ = Refusal::would_repeat;
        return CURL_PREREQFUNC_ABORT;
    }
    if (transfer->handlers_.on_leaving && !transfer->handlers_.on_leaving()) {
        transfer->refusal_ = Refusal::held_back;
        return CURL_PREREQFUNC_ABORT;
    }
    if (!transfer->connected_) transfer->written_before_ = transfer->bytes_written();
    transfer->connected_ = true;
    return CURL_PREREQFUNC_OK;
}

std::size_t HttpTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto* transfer = static_cast<HttpTransfer*>(self);
    return transfer->take_header({bytes, size * count}) ? size * count : 0;
}

std::size_t HttpTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto* transfer = static_cast<HttpTransfer*>(self);
    return transfer->take_body({bytes, size * count}) ? size * count : 0;
}

bool HttpTransfer::take_header(std::string_view line) {
    last_byte_ = loop_.clock().now();
    if (abandoned_) return false;
    if (headers_ended_) return true; // trailers of a chunked body: nobody asked for them
    const auto text = trim(line);
    if (text.empty()) return end_headers();
    if (text.starts_with("HTTP/")) { // of an interim answer first, then of the answer
        response_.headers.clear();
        header_bytes_ = 0;
        return true;
    }
    const auto colon = text.find(':');
    header_bytes_ += text.size();
    if (colon == std::string_view::npos || response_.headers.size() >= max_headers ||
        header_bytes_ > max_header_bytes)
        return true;
    response_.headers.push_back(
        {to_lower(trim(text.substr(0, colon))), std::string(trim(text.substr(colon + 1)))});
    return true;
}

bool HttpTransfer::end_headers() {
    long status = 0;
    curl().easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) return true; // interim: 100, 103
    headers_ended_ = true;
    response_.status = static_cast<int>(status);
    const auto length = response_.header("content-length");
    std::size_t stated = 0;
    std::from_chars(length.data(), length.data() + length.size(), stated);
    if (stated > request_.max_response_bytes && request_.method != "HEAD") {
        refusal_ = Refusal::too_large;
        return false;
    }
    if (!request_.stream) response_.body.reserve(std::min(stated, early_reserve));
    watch_for_silence(request_.idle_timeout);
    if (handlers_.on_headers) handlers_.on_headers(response_);
    return !abandoned_;
}

bool HttpTransfer::take_body(std::string_view bytes) {
    last_byte_ = loop_.clock().now();
    if (abandoned_) return false;
    body_bytes_ += bytes.size();
    if (body_bytes_ > request_.max_response_bytes) {
        refusal_ = Refusal::too_large;
        return false;
    }
    if (request_.stream && response_.is_success())
        handlers_.on_data(bytes);
    else
        response_.body.append(bytes);
    return !abandoned_;
}

void HttpTransfer::on_curl_done(CURLcode code) {
    if (code == CURLE_OK)
        finish(std::move(response_));
    else
        finish(std::unexpected(explain(code)));
}

// --- silence ---

void HttpTransfer::watch_for_silence(Milliseconds limit) {
    if (limit.count() <= 0) return silence_.stop();
    silence_.start(limit, [this] { on_silence(); });
}

// The timer is not moved for each byte: when it is due, the time of the last byte says whether to
// wait on.
void HttpTransfer::on_silence() {
    const auto limit = headers_ended_ ? request_.idle_timeout : request_.first_byte_timeout;
    const auto quiet = std::chrono::duration_cast<Milliseconds>(loop_.clock().now() - last_byte_);
    if (quiet < limit) return watch_for_silence(limit - quiet);
    auto failure =
        headers_ended_ ? silent_failure(request_.url, limit) : mute_failure(request_.url, limit);
    failure.request_sent = is_request_sent();
    finish(std::unexpected(std::move(failure)));
}

void HttpTransfer::finish(HttpOutcome outcome) {
    over_(*this, std::move(outcome));
}

// --- what went wrong ---

long HttpTransfer::bytes_written() const {
    long written = 0; // of headers and body, to the server or to a proxy
    curl().easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &written);
    return written;
}

bool HttpTransfer::is_request_sent() const {
    return connected_ && bytes_written() > written_before_;
}

HttpFailure HttpTransfer::explain(CURLcode code) const {
    long system_error_number = 0;
    curl().easy_getinfo(easy_, CURLINFO_OS_ERRNO, &system_error_number);
    return explain_failure({.code = code,
                            .url = request_.url,
                            .detail = detail_.data(),
                            .refusal = refusal_,
                            .system_errno = static_cast<int>(system_error_number),
                            .connected = connected_,
                            .request_sent = is_request_sent(),
                            .connect_timeout = request_.connect_timeout,
                            .total_timeout = request_.total_timeout,
                            .max_response_bytes = request_.max_response_bytes});
}

} // namespace openclaw::net
