#include "supervisor/web/http_exchange.h"

#include <libwebsockets.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace openclaw::web {

namespace {

constexpr std::size_t write_at_once = 64 * 1024;

} // namespace

HttpExchange::HttpExchange(lws* socket, HttpHead head, HttpManners manners)
    : socket_(socket)
    , head_(std::move(head))
    , manners_(std::move(manners)) {}

void HttpExchange::answer(HttpAnswer answer) {
    if (socket_ == nullptr || is_answered_) return;
    is_answered_ = is_complete_ = true;
    answer.body_is_left_out = head_.method == "HEAD";
    if (!manners_.transport_security.empty())
        answer.headers.emplace_back("Strict-Transport-Security", manners_.transport_security);
    out_ = render(answer, manners_.keeps_alive);
    want_to_write();
}

void HttpExchange::begin_stream(HttpAnswer head) {
    if (socket_ == nullptr || is_answered_) return;
    is_answered_ = true;
    is_chunked_ = manners_.takes_chunks;
    manners_.keeps_alive = manners_.keeps_alive && is_chunked_; // else the end is the close
    if (!manners_.transport_security.empty())
        head.headers.emplace_back("Strict-Transport-Security", manners_.transport_security);
    out_ =
        render_stream_head(head, {.is_chunked = is_chunked_, .keeps_alive = manners_.keeps_alive});
    want_to_write();
}

void HttpExchange::send(std::string_view bytes) {
    if (socket_ == nullptr || is_complete_ || bytes.empty()) return;
    put_chunk(bytes);
    want_to_write();
}

void HttpExchange::end() {
    if (socket_ == nullptr || std::exchange(is_complete_, true)) return;
    if (is_chunked_) out_ += "0\r\n\r\n";
    want_to_write();
}

// RFC 9112 7.1.
void HttpExchange::put_chunk(std::string_view bytes) {
    if (!is_chunked_) {
        out_ += bytes;
        return;
    }
    char size[2 * sizeof(std::size_t)];
    const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
    out_.append(size, end).append("\r\n").append(bytes).append("\r\n");
}

void HttpExchange::want_to_write() {
    lws_set_timeout(socket_, PENDING_TIMEOUT_HTTP_CONTENT,
                    static_cast<int>(manners_.take_within.count()));
    lws_callback_on_writable(socket_);
}

HttpExchange::Next HttpExchange::on_writable() {
    if (!is_answered_) return Next::wait;
    if (waiting() > 0) {
        const auto size = std::min(waiting(), write_at_once);
        auto* from = reinterpret_cast<unsigned char*>(out_.data() + written_);
        if (lws_write(socket_, from, size, LWS_WRITE_RAW) < 0) return Next::hang_up;
        written_ += size; // libwebsockets keeps what the kernel did not take
    }
    if (waiting() > 0 || lws_partial_buffered(socket_) != 0) {
        want_to_write();
        return Next::wait;
    }
    out_.clear();
    written_ = 0;
    if (is_complete_) {
        gone_ = nullptr;
        return manners_.keeps_alive ? Next::keep_connection : Next::hang_up;
    }
    lws_set_timeout(socket_, NO_PENDING_TIMEOUT, 0); // the next word may take long
    if (room_) std::exchange(room_, nullptr)();
    return Next::wait;
}

void HttpExchange::on_closed() {
    socket_ = nullptr;
    room_ = nullptr;
    if (auto then = std::exchange(gone_, nullptr)) then();
}

} // namespace openclaw::web
