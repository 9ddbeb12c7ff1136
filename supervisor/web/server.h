// web/server.h — the libwebsockets context on our loop: takes accepted sockets, serves HTTP,
// upgrades WebSockets.
//
// It does not listen (web/listener does, so that the listening socket survives restarts) and it
// does not understand messages (the Endpoint does). No permessage-deflate, no TLS, no subprotocol,
// any path (PROTOCOL.md 1). Destroy it outside its own callbacks; the loop must outlive it and turn
// once more (~Loop does).
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/loop/loop.h"
#include "supervisor/web/endpoint.h"
#include "supervisor/web/http_endpoint.h"
#include "supervisor/web/http_routes.h"
#include "supervisor/web/keeping.h"
#include "supervisor/web/request_rules.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::web {

class WsClient;

struct ServerLimits {
    std::size_t before_admission = 65'536;    // bytes of a message, inclusive (PROTOCOL.md 3)
    std::size_t after_admission = 26'214'400; // policy.maxPayload
    std::size_t waiting_to_send = 52'428'800; // policy.maxBufferedBytes
    std::size_t unauthenticated_sockets = 32;
    std::size_t unauthenticated_of_one_address = 16; // so that nobody far away takes them all
    Milliseconds handshake_within = std::chrono::seconds(15);
    std::chrono::seconds ping_every{30};
    std::chrono::seconds pong_within{25};
    std::chrono::seconds close_within{10}; // from our close frame to the peer's
    std::chrono::seconds take_within{30};  // a reader over HTTP who takes no byte is cut off
};

struct ServerOptions {
    ServerLimits limits;
    RequestRules rules; // gateway.trustedProxies, our own names, the headers somebody asks for
    std::function<Readiness()> readiness;
    // May the holder of `Authorization: Bearer <text>` see details? Empty: nobody but direct local
    // requests.
    std::function<bool(std::string_view bearer, const Arrival& from)> may_see_details;
    HttpEndpoint* http = nullptr; // plain HTTP beyond the probes; outlives the server
};

struct ServerCounters {
    std::uint64_t accepted = 0, upgraded = 0, refused = 0, slow_cut = 0, handshake_expired = 0;
    std::uint64_t http_requests = 0;
};

class Server {
  public:
    // Errors: internal (libwebsockets refuses: its event library package may be missing).
    static Result<std::unique_ptr<Server>> create(Loop& loop, ServerOptions options,
                                                  Endpoint& endpoint);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Takes an accepted TCP connection.
    void adopt(UniqueFd connection);

    // Every WebSocket gets `code` and `reason` after what it was already owed (PROTOCOL.md 20).
    void close_all(std::uint16_t code, std::string_view reason);
    void use(Keeping keeping); // of HTTP connections, from their next answer on
    void use_rules(RequestRules rules);
    void use_transport_security(std::string header); // RequestRules::transport_security alone
    void use_handshake_limit(Milliseconds within);   // also for who is in the middle of one
    std::size_t client_count() const;
    std::size_t unauthenticated_count() const;
    std::size_t http_exchange_count() const; // requests in hand
    const ServerCounters& counters() const;

    struct State; // libwebsockets' side

  private:
    explicit Server(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace openclaw::web
