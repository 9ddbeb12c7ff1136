#include "common/net/http_transfer.h"

#include "common/base/check.h"
#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/net/certificates.h"
#include "common/net/handed_stream.h"
#include "common/version.h"

#include <algorithm>
#include <utility>

namespace openclaw::net {

namespace {

bool is_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_method(std::string_view method) {
    return !method.empty() &&
           std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

long milliseconds(Milliseconds limit) {
    return static_cast<long>(std::max<Milliseconds::rep>(limit.count(), 0));
}

std::string default_user_agent() {
    return std::string(names::daemon) + "/" + std::string(version);
}

} // namespace

HttpTransfer::HttpTransfer(Loop& loop, Dialer& dialer, const HttpOptions& options, Over over)
    : loop_(loop)
    , dialer_(dialer)
    , over_(std::move(over))
    , easy_(curl().easy_init())
    , silence_(loop) {
    CHECK_INVARIANT(easy_ != nullptr);
    set_lasting_options(options);
}

HttpTransfer::~HttpTransfer() {
    release();
    curl().easy_cleanup(easy_);
}

void HttpTransfer::set_lasting_options(const HttpOptions& options) {
    const std::string agent =
        options.user_agent.empty() ? default_user_agent() : options.user_agent;
    curl().easy_setopt(easy_, CURLOPT_PRIVATE, static_cast<CurlUser*>(this));
    curl().easy_setopt(easy_, CURLOPT_ERRORBUFFER, detail_.data());
    curl().easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &HttpTransfer::on_header);
    curl().easy_setopt(easy_, CURLOPT_HEADERDATA, this);
    curl().easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &HttpTransfer::on_body);
    curl().easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl().easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &HttpTransfer::before_request);
    curl().easy_setopt(easy_, CURLOPT_PREREQDATA, this);
    curl().easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    // It keeps libcurl from looking names up, from the proxies of the environment and from every
    // family but AF_UNIX. The stream comes from the dialer.
    curl().easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, unconnected_path());
    curl().easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl().easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl().easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl().easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl().easy_setopt(easy_, CURLOPT_USERAGENT, agent.c_str());
    curl().easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, 16L * 1024);
    curl().easy_setopt(easy_, CURLOPT_MAXAGE_CONN,
                       std::max(1L, static_cast<long>(options.connection_rest.count() / 1000)));
    set_trust(options);
}

void HttpTransfer::set_trust(const HttpOptions& options) {
    if (!options.ca_file.empty()) {
        curl().easy_setopt(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
        curl().easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
    } else if (const auto& directory = indexed_certificate_directory(); !directory.empty()) {
        curl().easy_setopt(easy_, CURLOPT_CAINFO, nullptr);
        curl().easy_setopt(easy_, CURLOPT_CAPATH, directory.c_str());
    }
}

Result<void> HttpTransfer::check(const HttpRequest& request, const HttpHandlers& handlers) {
    if (!is_method(request.method))
        return fail(Code::invalid, "an HTTP method must be upper case letters");
    if (request.stream && !handlers.on_data)
        return fail(Code::invalid, "a streamed request needs on_data");
    for (const auto& header : request.headers)
        if (!is_line(header.name) || !is_line(header.value) || header.name.empty())
            return fail(Code::invalid, "the HTTP header \"" + to_valid_utf8(header.name) +
                                           "\" holds a line break");
    return {};
}

void HttpTransfer::begin(std::uint64_t id, HttpRequest request, HttpHandlers handlers,
                         std::shared_ptr<CurlMulti> multi, AddressFamily family) {
    id_ = id;
    request_ = std::move(request);
    handlers_ = std::move(handlers);
    multi_ = std::move(multi);
    supply_ = {.multi = multi_.get(), .source = this};
    multi_->watch_sockets_of(easy_, supply_);
    curl().easy_setopt(easy_, CURLOPT_URL, request_.url.reveal().c_str());
    target_ = target_of(request_.url.reveal()).value_or(Target{}); // libcurl refuses it in words
    target_.family = family;
    set_method();
    set_headers();
    set_deadlines();
    multi_->outside([this] { multi_->add(easy_); });
}

// libcurl asks again when a kept connection turned out to be dead. Its own deadlines end the wait.
void HttpTransfer::on_stream_wanted(curl_socket_t socket) {
    dialling_ =
        dialer_.dial(target_, request_.connect_timeout, [this, socket](Result<UniqueFd> stream) {
            on_dialled(socket, std::move(stream));
        });
}

void HttpTransfer::on_dialled(curl_socket_t socket, Result<UniqueFd> stream) {
    const auto over = std::move(dialling_); // it is still on the stack
    if (stream) return multi_->connected(socket, std::move(*stream));
    auto failure = HttpFailure{.error = std::move(stream).error(), .request_sent = false};
    if (failure.error.code == Code::not_found)
        failure.error.code = Code::unavailable; // DNS may come back
    // The second attempt, on a fresh connection, failed; the first may have been heard.
    failure.request_sent = is_request_sent();
    finish(std::unexpected(std::move(failure)));
}

void HttpTransfer::abandon(Task then) {
    abandoned_ = true;
    multi_->outside(std::move(then));
}

void HttpTransfer::set_method() {
    const auto& method = request_.method;
    const bool has_body =
        !request_.body.empty() || method == "POST" || method == "PUT" || method == "PATCH";
    curl().easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, nullptr);
    if (has_body) {
        curl().easy_setopt(easy_, CURLOPT_POST, 1L);
        curl().easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
        curl().easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                           static_cast<curl_off_t>(request_.body.size()));
    } else {
        curl().easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
    }
    if (method == "HEAD")
        curl().easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    else if (method != (has_body ? "POST" : "GET"))
        curl().easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void HttpTransfer::set_headers() {
    // No "Expect: 100-continue": it costs a round trip, and half of the servers answer it late.
    header_list_ = curl().slist_append(nullptr, "Expect:");
    for (const auto& header : request_.headers) {
        // libcurl takes "Name:" as an order to leave the header out; "Name;" sends it empty.
        const std::string line =
            header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
        header_list_ = curl().slist_append(header_list_, line.c_str());
    }
    curl().easy_setopt(easy_, CURLOPT_HTTPHEADER, header_list_);
}

void HttpTransfer::set_deadlines() {
    curl().easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                       std::max(1L, milliseconds(request_.connect_timeout)));
    curl().easy_setopt(easy_, CURLOPT_TIMEOUT_MS, milliseconds(request_.total_timeout));
    last_byte_ = loop_.clock().now();
    watch_for_silence(request_.first_byte_timeout);
}

HttpHandlers HttpTransfer::release() {
    if (!multi_) return {};
    multi_->remove(easy_);
    multi_.reset();
    dialling_.reset();
    silence_.stop();
    curl().easy_setopt(easy_, CURLOPT_HTTPHEADER, nullptr);
    curl().easy_setopt(easy_, CURLOPT_POSTFIELDS, nullptr);
    curl().slist_free_all(std::exchange(header_list_, nullptr));
    detail_[0] = '\0';
    request_ = {};
    response_ = {};
    header_bytes_ = body_bytes_ = 0;
    written_before_ = 0;
    connected_ = headers_ended_ = abandoned_ = false;
    refusal_ = Refusal::none;
    return std::exchange(handlers_, {});
}

} // namespace openclaw::net
