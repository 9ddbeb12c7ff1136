// net/http_transfer.h — one request in libcurl's hands: its options, its callbacks, its deadlines,
// its outcome.
//
// Reusable: begin(), then exactly one call of Over unless it is discarded, then begin() again. The
// easy handle keeps its buffers meanwhile. Private to the client.
#pragma once

#include "common/base/result.h"
#include "common/net/curl_multi.h"
#include "common/net/http_failure.h"
#include "common/net/https_client.h"

#include <array>

namespace openclaw::net {

class HttpTransfer final : public CurlUser, StreamSource {
  public:
    // Called from outside libcurl, after the transfer has left it; may destroy or reuse the
    // transfer.
    using Over = std::function<void(HttpTransfer& transfer, HttpOutcome outcome)>;

    HttpTransfer(Loop& loop, Dialer& dialer, const HttpOptions& options, Over over);
    ~HttpTransfer() override;
    HttpTransfer(const HttpTransfer&) = delete;
    HttpTransfer& operator=(const HttpTransfer&) = delete;

    // Errors: invalid (a header with a line break, a method that is none, streaming without
    // on_data).
    static Result<void> check(const HttpRequest& request, const HttpHandlers& handlers);
    void begin(std::uint64_t id, HttpRequest request, HttpHandlers handlers,
               std::shared_ptr<CurlMulti> multi, AddressFamily family);

    std::uint64_t id() const { return id_; }

    // No handler is called from now on; `then` runs when it is safe to release().
    void abandon(Task then);
    // Leaves libcurl and forgets the request; outside libcurl only. Returns the handlers, so that
    // `done` can be called.
    HttpHandlers release();

    void on_curl_done(CURLcode code) override;

  private:
    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
    static int before_request(void* self, char*, char*, int, int);

    void set_lasting_options(const HttpOptions& options);
    void set_trust(const HttpOptions& options);
    void set_method();
    void set_headers();
    void set_deadlines();
    void on_stream_wanted(curl_socket_t socket) override;
    void on_dialled(curl_socket_t socket, Result<UniqueFd> stream);
    bool take_header(std::string_view line);
    bool end_headers();
    bool take_body(std::string_view bytes);

    void watch_for_silence(Milliseconds limit);
    void on_silence();
    void finish(HttpOutcome outcome);
    HttpFailure explain(CURLcode code) const;
    long bytes_written() const;
    bool is_request_sent() const;

    Loop& loop_;
    Dialer& dialer_;
    Over over_;
    CURL* easy_;
    curl_slist* header_list_ = nullptr;
    Timer silence_;
    std::array<char, CURL_ERROR_SIZE> detail_{};
    std::shared_ptr<CurlMulti> multi_; // null: resting
    CurlMulti::Supply supply_;
    Target target_;
    std::unique_ptr<Dialling> dialling_; // for the connection libcurl waits for

    std::uint64_t id_ = 0;
    HttpRequest request_;
    HttpHandlers handlers_;
    HttpResponse response_;
    std::size_t header_bytes_ = 0;
    std::size_t body_bytes_ = 0;
    Instant last_byte_{};
    long written_before_ = 0; // bytes that went to a proxy before the request itself
    bool connected_ = false;  // the request is about to be written, or was
    bool headers_ended_ = false;
    bool abandoned_ = false;
    Refusal refusal_ = Refusal::none;
};

} // namespace openclaw::net
