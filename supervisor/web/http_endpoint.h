// web/http_endpoint.h — what the web room needs from the room that answers plain HTTP beyond the
// probes.
//
// A request comes in two steps: its head is judged before a byte of its body is read, so that a
// stranger cannot make us keep what he sends; then the exchange is handed over, body and all. All
// calls come from the loop.
#pragma once

#include "supervisor/web/endpoint.h"
#include "supervisor/web/http_routes.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace openclaw::web {

class HttpExchange;

struct HttpHead {
    std::string method; // "POST"
    std::string path;   // unescaped, without the query
    Arrival arrival;
    std::string bearer; // of the Authorization header; empty: none
    // How much body there is; of one that comes in chunks, how much has come so far.
    std::uint64_t content_length = 0;
};

// What this server has in hand for others.
struct HttpLoad {
    std::size_t exchanges = 0;    // handed over, not answered to the end
    std::uint64_t body_bytes = 0; // that were announced
};

class HttpEndpoint {
  public:
    virtual ~HttpEndpoint() = default;
    // Paths of nobody are answered by web/http_routes.
    virtual bool serves(std::string_view path) const = 0;
    // An answer: the body is not wanted. None: it is read, and handle() follows. A body of unknown
    // length is asked about again as it grows.
    virtual std::optional<HttpAnswer> refuse(const HttpHead& head, const HttpLoad& load) = 0;
    virtual void handle(std::shared_ptr<HttpExchange> exchange) = 0;
};

} // namespace openclaw::web
