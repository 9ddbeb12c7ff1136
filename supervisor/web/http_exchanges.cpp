#include "supervisor/web/http_exchanges.h"

#include "supervisor/web/http_routes.h"
#include "supervisor/web/lws_verdict.h"

#include <libwebsockets.h>

#include <utility>

namespace openclaw::web {

namespace {

constexpr Milliseconds body_within = std::chrono::seconds(60);         // 20 MB over a slow line
constexpr Milliseconds unwanted_body_within = std::chrono::seconds(2); // then the line is cut

char was_kept; // its address marks a connection that has had an answer already

bool write(lws* socket, const HttpAnswer& reply, bool keeps_alive) {
    std::string bytes = render(reply, keeps_alive);
    return lws_write(socket, reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                     LWS_WRITE_RAW) >= 0;
}

HttpHead head_of(const RequestFacts& facts, std::string_view path) {
    return {.method = std::string(facts.method),
            .path = std::string(path),
            .arrival = facts.arrival,
            .bearer = facts.bearer,
            .content_length = facts.content_length};
}

} // namespace

HttpAnswer HttpExchanges::own_answer(const RequestFacts& facts, std::string_view path) {
    const bool is_authenticated = !facts.bearer.empty() && options_.may_see_details &&
                                  options_.may_see_details(facts.bearer, facts.arrival);
    const HttpRequest request{.method = facts.method,
                              .path = path,
                              .is_direct_local = facts.arrival.direct_local,
                              .is_authenticated = is_authenticated};
    return answer(request, options_.readiness ? options_.readiness() : Readiness{});
}

bool HttpExchanges::is_left_alone(lws* socket, std::string_view path) const {
    return keeping_ == Keeping::never && lws_get_opaque_user_data(socket) == &was_kept &&
           options_.http != nullptr && options_.http->serves(path);
}

// A next request may come on it.
int HttpExchanges::complete(lws* socket) {
    lws_set_opaque_user_data(socket, &was_kept); // a WebSocket replaces it
    return keeping_ != Keeping::yes || lws_http_transaction_completed(socket) != 0 ? hang_up
                                                                                   : carry_on;
}

int HttpExchanges::on_request(lws* socket, std::string_view path) {
    if (is_left_alone(socket, path)) return hang_up;
    RequestFacts facts = read_request(socket, options_.rules);
    facts.keeps_alive = facts.keeps_alive && keeping_ == Keeping::yes;
    if (facts.is_malformed) return answer_at_once(socket, facts, refuse_malformed_length());
    if (facts.is_refused) return answer_at_once(socket, facts, refuse_unattributed_proxy());
    if (facts.is_foreign_host) return answer_at_once(socket, facts, refuse_foreign_host());
    if (options_.http == nullptr || !options_.http->serves(path))
        return answer_at_once(socket, facts, own_answer(facts, path));
    HttpHead head = head_of(facts, path);
    if (auto refused = options_.http->refuse(head, load()))
        return answer_at_once(socket, facts, std::move(*refused));
    return take_up(socket, facts, std::move(head));
}

int HttpExchanges::answer_at_once(lws* socket, const RequestFacts& facts, HttpAnswer reply) {
    reply.body_is_left_out = facts.method == "HEAD";
    if (const auto& rule = options_.rules.transport_security; !rule.empty())
        reply.headers.emplace_back("Strict-Transport-Security", rule);
    const bool keeps_alive = facts.keeps_alive && !facts.has_body;
    if (!write(socket, reply, keeps_alive)) return hang_up;
    if (facts.has_body) {
        open_[socket] = {.exchange = nullptr,
                         .body_until = clock_.now() + unwanted_body_within,
                         .body_bytes = 0};
        return carry_on;
    }
    return keeps_alive ? complete(socket) : hang_up;
}

int HttpExchanges::take_up(lws* socket, const RequestFacts& facts, HttpHead head) {
    const bool has_body = facts.has_body;
    const auto body_bytes = facts.content_length;
    HttpManners manners{.keeps_alive = facts.keeps_alive,
                        .takes_chunks = facts.is_http_1_1,
                        .transport_security = options_.rules.transport_security,
                        .take_within = options_.limits.take_within};
    open_[socket] = {
        .exchange = std::make_shared<HttpExchange>(socket, std::move(head), std::move(manners)),
        .body_until = clock_.now() + body_within,
        .body_bytes = body_bytes};
    if (facts.has_unsized_body) open_[socket].chunks.emplace();
    if (!has_body) {
        hand_over(socket);
        return carry_on;
    }
    // RFC 9110 10.1.1: the client waits for a word before it sends a large body.
    unsigned char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (facts.expects_continue && lws_write(socket, go_on, sizeof go_on - 1, LWS_WRITE_RAW) < 0)
        return hang_up;
    return carry_on;
}

int HttpExchanges::on_body(lws* socket, std::string_view bytes) {
    const auto found = open_.find(socket);
    if (found == open_.end() || clock_.now() > found->second.body_until) return hang_up;
    Open& open = found->second;
    if (!open.exchange) return carry_on;
    if (open.chunks) return on_chunks(socket, open, *open.chunks, bytes);
    open.exchange->body() += bytes;
    return carry_on;
}

// Only we know where such a body ends: libwebsockets 4.1 counts lengths alone, and cannot keep the
// connection (lws_request has said so).
int HttpExchanges::on_chunks(lws* socket, Open& open, ChunkedBody& chunks, std::string_view bytes) {
    if (open.is_handed_over) return open.is_refused ? carry_on : hang_up; // more before the answer
    HttpExchange& exchange = *open.exchange;
    const auto state = chunks.feed(bytes, exchange.body());
    if (state == ChunkedBody::State::broken) return hang_up;
    open.body_bytes = exchange.body().size();
    HttpHead so_far = exchange.head();
    so_far.content_length = open.body_bytes;
    if (auto refused = options_.http->refuse(so_far, load())) {
        open.is_handed_over = open.is_refused = true;
        open.body_until = clock_.now() + unwanted_body_within;
        exchange.answer(std::move(*refused));
    } else if (state == ChunkedBody::State::whole)
        hand_over(socket);
    return carry_on;
}

int HttpExchanges::on_body_complete(lws* socket) {
    const auto found = open_.find(socket);
    if (found == open_.end() || !found->second.exchange) return hang_up; // answered before it came
    // Said again, it means that the peer sent more before it had the answer, which nobody may do
    // after a POST (RFC 9112 9.3.2). libwebsockets cannot hold that back and would say it forever.
    if (std::exchange(found->second.is_body_complete, true)) return hang_up;
    if (!found->second.is_handed_over) hand_over(socket); // else the length was 0
    return carry_on;
}

void HttpExchanges::hand_over(lws* socket) {
    Open& open = open_.at(socket);
    open.is_handed_over = true;
    lws_set_timeout(socket, NO_PENDING_TIMEOUT, 0); // from here on whoever answers has deadlines
    options_.http->handle(open.exchange);
}

int HttpExchanges::on_writable(lws* socket) {
    const auto found = open_.find(socket);
    if (found == open_.end() || !found->second.exchange) return carry_on;
    const auto exchange = found->second.exchange; // it may be told of its end below
    switch (exchange->on_writable()) {
    case HttpExchange::Next::wait:
        return carry_on;
    case HttpExchange::Next::hang_up:
        return hang_up;
    case HttpExchange::Next::keep_connection:
        break;
    }
    open_.erase(socket);
    exchange->on_closed();
    return complete(socket);
}

void HttpExchanges::on_closed(lws* socket) {
    auto node = open_.extract(socket);
    if (!node.empty() && node.mapped().exchange) node.mapped().exchange->on_closed();
}

void HttpExchanges::forget_all() {
    for (auto& [socket, open] : std::exchange(open_, {})) {
        if (!open.exchange) continue;
        open.exchange->when_gone(nullptr);
        open.exchange->on_closed();
    }
}

HttpLoad HttpExchanges::load() const {
    HttpLoad load;
    for (const auto& [socket, open] : open_) {
        if (!open.exchange) continue;
        ++load.exchanges;
        load.body_bytes += open.body_bytes;
    }
    return load;
}

} // namespace openclaw::web
