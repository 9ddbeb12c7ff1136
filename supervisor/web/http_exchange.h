// web/http_exchange.h — one HTTP request and its answer: whole, or as a stream.
//
//   head → body → answered whole ─┐
//               → stream, send…  ─┴→ written → the connection is kept or closed
//
// Whoever answers may hold it as long as he likes: when the peer has gone, everything said to it is
// ignored and when_gone() has told. A peer that reads slowly makes waiting() grow; who sends a
// stream looks at it and waits for when_room(). A peer that takes nothing for a while is cut off.
// Made by web/http_exchanges; lives on the loop.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/web/http_endpoint.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

struct lws;

namespace openclaw::web {

// How the connection is used around this exchange.
struct HttpManners {
    bool keeps_alive = false;
    bool takes_chunks = false;            // HTTP/1.1
    std::string transport_security = {};  // Strict-Transport-Security; empty: none
    std::chrono::seconds take_within{30}; // a peer that takes no byte of what waits is cut off
};

class HttpExchange : public std::enable_shared_from_this<HttpExchange> {
  public:
    HttpExchange(lws* socket, HttpHead head, HttpManners manners);
    HttpExchange(const HttpExchange&) = delete;
    HttpExchange& operator=(const HttpExchange&) = delete;

    const HttpHead& head() const { return head_; }

    std::string take_body() { return std::move(body_); }

    // The whole answer; once, and instead of a stream.
    void answer(HttpAnswer answer);

    // `head` has status, type and headers; the body follows with send(), until end().
    void begin_stream(HttpAnswer head);
    void send(std::string_view bytes);
    void end();

    bool is_open() const { return socket_ != nullptr; }

    std::size_t waiting() const { return out_.size() - written_; }

    // Once, when the peer leaves before the whole answer was written to it.
    void when_gone(Task then) { gone_ = std::move(then); }

    // Once, when everything that was sent has been taken by the kernel. Streams only.
    void when_room(Task then) { room_ = std::move(then); }

    // For HttpExchanges, from libwebsockets' callbacks.
    std::string& body() { return body_; }

    enum class Next { wait, keep_connection, hang_up };

    Next on_writable();
    void on_closed();

  private:
    void want_to_write();
    void put_chunk(std::string_view bytes);

    lws* socket_;
    HttpHead head_;
    HttpManners manners_;
    std::string body_;
    std::string out_;
    std::size_t written_ = 0; // of out_
    bool is_chunked_ = false;
    bool is_answered_ = false; // answer() or begin_stream()
    bool is_complete_ = false; // nothing more will be sent
    Task gone_;
    Task room_;
};

} // namespace openclaw::web
