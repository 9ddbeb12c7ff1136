// net/https_client.h — HTTP(S) requests over libcurl's multi interface, on our loop. For workers.
//
// HTTP/1.1 with kept connections; TLS 1.2 or newer, certificates always verified; redirects are
// answers, not followed; nothing is decompressed. An answer shorter than its Content-Length is a
// failure at once. Nothing here blocks, and nothing polls. Requests that must not wait behind each
// other (a 30 s poll and a send) belong to different HttpClients: two of them never share a
// connection. A client lives on one Loop, which must outlive it. It opens no socket:
// connections come from a Dialer, name lookup and proxies included. libcurl is loaded
// by load_http(), or else by the first start(). The process ignores SIGPIPE (common/worker sees to
// it): OpenSSL writes without MSG_NOSIGNAL.
#pragma once

#include "common/base/result.h"
#include "common/loop/loop.h"
#include "common/net/dialer.h"
#include "common/net/http_message.h"

#include <functional>
#include <memory>
#include <string>

namespace openclaw::net {

// Loads the HTTP library, which the first request would do otherwise. For a worker that will not be
// able to: called while its service is made. Error: unavailable, with the package to install.
Result<void> load_http();

struct HttpOptions {
    std::string user_agent; // empty: product and version
    std::size_t max_connections_per_host = 8;
    // At once, those that wait for a connection included; beyond: busy.
    std::size_t max_calls = 1024;
    std::string ca_file; // PEM bundle; empty: the system's certificates
    AddressFamily address_family = AddressFamily::any;
    // A connection that rested longer is not used again: servers close theirs after about a minute.
    Milliseconds connection_rest = std::chrono::seconds(50);
};

// Called on the loop, never from inside start(). Each but on_leaving may destroy its HttpCall, or
// start others.
struct HttpHandlers {
    // The connection stands, and the request is written next. False: it is not, and fails as not
    // sent. Comes a second time when a request that may be repeated is written again. May be empty.
    std::move_only_function<bool()> on_leaving;
    // Status and headers are there. May be empty.
    std::move_only_function<void(const HttpResponse& head)> on_headers;
    // Required by HttpRequest::stream, unused without.
    std::move_only_function<void(std::string_view bytes)> on_data;
    // Exactly once, and last.
    std::move_only_function<void(HttpOutcome outcome)> done;
};

// A request on its way. Destroying it cancels: no callback comes after that. Harmless when it is
// over, or when the client is gone.
class HttpCall {
  public:
    virtual ~HttpCall() = default;
};

class HttpClient {
  public:
    // The dialer makes every connection and outlives the client.
    HttpClient(Loop& loop, Dialer& dialer, HttpOptions options = {});
    ~HttpClient(); // cancels every call
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    [[nodiscard]] std::unique_ptr<HttpCall> start(HttpRequest request, HttpHandlers handlers);

    // Requests started from now on use fresh connections and fresh name lookups; running ones go on
    // undisturbed. While some are left from before the last time, nothing happens: in an outage
    // every reset would else add a set of connections, until no descriptor is left.
    void reset_connections();
    void reset_connections(AddressFamily family);

    std::size_t in_flight() const; // calls that are not over

  private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace openclaw::net
