// web/http_exchanges.h — plain HTTP over one server's sockets: who answers a request, its body, its
// exchange.
//
// In this order: proxy attribution, Host, the endpoint's routes, our own (web/http_routes). What is
// answered before its body came is answered with "Connection: close", and the body is read away for
// a moment: closing on unread bytes would lose the answer. Lives as long as the server's
// libwebsockets context.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/web/chunked_body.h"
#include "supervisor/web/http_exchange.h"
#include "supervisor/web/keeping.h"
#include "supervisor/web/lws_request.h"
#include "supervisor/web/server.h"

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace openclaw::web {

class HttpExchanges {
  public:
    // `options` is the server's own: its rules change at a reload.
    HttpExchanges(const Clock& clock, const ServerOptions& options)
        : clock_(clock)
        , options_(options) {}

    // libwebsockets' callbacks; the result is what they return.
    int on_request(lws* socket, std::string_view path);
    int on_body(lws* socket, std::string_view bytes);
    int on_body_complete(lws* socket);
    int on_writable(lws* socket);
    void on_closed(lws* socket);

    // Another process will serve those who ask next.
    void use(Keeping keeping) { keeping_ = keeping; }

    // The server ends: nobody has gone, we have. when_gone() is not told.
    void forget_all();

    std::size_t count() const { return open_.size(); }

  private:
    struct Open {
        std::shared_ptr<HttpExchange> exchange; // null: only the body is read away
        Instant body_until{};
        std::uint64_t body_bytes = 0;           // announced
        std::optional<ChunkedBody> chunks = {}; // the body has no length
        bool is_body_complete = false;          // libwebsockets has said so
        bool is_handed_over = false;
        bool is_refused = false; // while its body came: the rest is read away
    };

    HttpAnswer own_answer(const RequestFacts& facts, std::string_view path);
    int answer_at_once(lws* socket, const RequestFacts& facts, HttpAnswer answer);
    int take_up(lws* socket, const RequestFacts& facts, HttpHead head);
    int on_chunks(lws* socket, Open& open, ChunkedBody& chunks, std::string_view bytes);
    void hand_over(lws* socket);
    HttpLoad load() const;
    int complete(lws* socket);
    bool is_left_alone(lws* socket, std::string_view path) const;

    const Clock& clock_;
    const ServerOptions& options_;
    std::unordered_map<lws*, Open> open_;
    Keeping keeping_ = Keeping::yes;
};

} // namespace openclaw::web
