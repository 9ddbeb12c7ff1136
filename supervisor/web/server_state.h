// web/server_state.h — what the server holds, and what libwebsockets tells it. Private to
// server.cpp and server_state.cpp.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/web/http_exchanges.h"
#include "supervisor/web/inspection.h"
#include "supervisor/web/server.h"
#include "supervisor/web/ws_client.h"
#include "supervisor/web/ws_hub.h"

#include <libwebsockets.h>

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace openclaw::web {

struct Server::State {
    static constexpr unsigned short header_limit = 8192;   // of one HTTP request
    static constexpr unsigned request_within_seconds = 15; // a request's headers

    State(Loop& loop, ServerOptions given, Endpoint& above)
        : options(std::move(given))
        , endpoint(above)
        , hub(loop, options.limits)
        , exchanges(loop.clock(), options)
        , handshakes(loop)
        , inspections(loop, header_limit, std::chrono::seconds(request_within_seconds)) {
        keepalive.secs_since_valid_ping =
            static_cast<std::uint16_t>(options.limits.ping_every.count());
        keepalive.secs_since_valid_hangup = static_cast<std::uint16_t>(
            (options.limits.ping_every + options.limits.pong_within).count());
    }

    Result<void> open();
    int on_event(lws* socket, lws_callback_reasons reason, std::string_view in);
    int on_upgrade(lws* socket, std::string_view protocol);
    void on_established(lws* socket);
    int on_received(lws* socket, std::string_view bytes);
    int on_close_frame(lws* socket, std::string_view payload);
    void on_closed(lws* socket);
    bool write(lws* socket, const HttpAnswer& answer);
    bool has_room_for(const Arrival& arrival) const;
    void watch_handshakes();
    void expire_handshakes();
    void inspect(UniqueFd connection);
    void adopt(UniqueFd connection);

    ServerOptions options;
    Endpoint& endpoint;
    WsHub hub;
    HttpExchanges exchanges;
    Timer handshakes;
    Inspections inspections; // of connections from proxies
    lws_retry_bo_t keepalive{};
    lws_context* context = nullptr;
    lws_vhost* vhost = nullptr;
    std::unordered_map<lws*, std::unique_ptr<WsClient>> clients;
    std::vector<WsClient*> newcomers; // not admitted yet, oldest first
};

} // namespace openclaw::web
