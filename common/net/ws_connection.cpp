#include "common/net/ws_connection.h"

#include "common/base/names.h"
#include "common/base/strings.h"
#include "common/version.h"

#include <utility>

namespace openclaw::net {

namespace {

constexpr int carry_on = 0;
constexpr int hang_up = -1;
constexpr std::size_t most_waiting_bytes = 1u << 20;
constexpr std::size_t kept_message = 64u << 10; // a larger message's memory goes back at once
constexpr std::uint16_t message_too_big = 1009; // RFC 6455, 7.4.1

// RFC 6455 5.2, 5.3: FIN, opcode 8; clients mask. libwebsockets 4.1 built for debugging, as Debian
// does, drops the connection before a close frame prepared by lws_close_reason() is sent.
std::string close_frame(std::uint16_t code) {
    const auto mask = random_below(std::uint64_t{1} << 32);
    const auto mask_byte = [mask](int i) { return static_cast<unsigned char>(mask >> (8 * i)); };
    std::string frame(LWS_PRE, '\0');
    for (const int byte :
         {0x88, 0x80 | 2, int{mask_byte(0)}, int{mask_byte(1)}, int{mask_byte(2)},
          int{mask_byte(3)}, (code >> 8) ^ mask_byte(0), (code & 0xff) ^ mask_byte(1)})
        frame += static_cast<char>(byte);
    return frame;
}

bool write(lws* socket, std::string& framed, lws_write_protocol kind) {
    auto* bytes = reinterpret_cast<unsigned char*>(framed.data()) + LWS_PRE;
    const auto size = framed.size() - LWS_PRE;
    return lws_write(socket, bytes, size, kind) >= static_cast<int>(size);
}

} // namespace

WsConnection::WsConnection(Loop& loop, WsListener& listener, const WsOptions& options)
    : loop_(loop)
    , listener_(&listener)
    , options_(options)
    , deadline_(loop) {
    if (options_.user_agent.empty())
        options_.user_agent = std::string(names::product) + "/" + std::string(version);
}

void WsConnection::start(lws_client_connect_info info) {
    kept_ = shared_from_this();
    info.opaque_user_data = this;
    info.pwsi = &socket_;
    is_starting_ = true;
    const auto* made = lws_client_connect_via_info(&info);
    is_starting_ = false;
    deadline_.start(options_.open_within, [this] { end("the server did not answer in time"); });
    if (made != nullptr || state_ == State::over) return;
    loop_.defer([self = shared_from_this()] { self->end("the connection cannot be made"); });
}

bool WsConnection::send(std::string_view text) {
    if (state_ != State::open || waiting_bytes_ + text.size() > most_waiting_bytes) return false;
    waiting_.emplace_back(std::string(LWS_PRE, '\0').append(text));
    waiting_bytes_ += text.size();
    ask_to_write();
    return true;
}

// A deadline or a write wished for from outside of libwebsockets' own callbacks needs a nudge.
void WsConnection::ask_to_write() {
    if (socket_ != nullptr) lws_callback_on_writable(socket_);
}

void WsConnection::pause_reading(bool paused) {
    if (state_ == State::open && socket_ != nullptr) lws_rx_flow_control(socket_, paused ? 0 : 1);
}

void WsConnection::close(std::uint16_t code) {
    listener_ = nullptr;
    if (state_ == State::open && socket_ != nullptr && waiting_.empty()) {
        auto frame = close_frame(code);
        write(socket_, frame, LWS_WRITE_RAW);
    }
    drop();
}

void WsConnection::forget() {
    listener_ = nullptr;
    drop();
}

// libwebsockets closes in its own time; what it still has to say is said to nobody.
void WsConnection::drop() {
    state_ = State::over;
    deadline_.stop();
    if (std::exchange(is_dropped_, true) || socket_ == nullptr) return;
    lws_set_timeout(socket_, static_cast<pending_timeout>(PENDING_TIMEOUT_USER_REASON_BASE),
                    LWS_TO_KILL_ASYNC);
    lws_cancel_service(lws_get_context(socket_));
}

void WsConnection::end(std::string reason) {
    if (state_ == State::over) return;
    const bool was_open = state_ == State::open;
    drop();
    auto* listener = std::exchange(listener_, nullptr);
    if (listener == nullptr) return;
    if (peer_code_ != 0) reason = peer_reason_;
    listener->on_closed({.code = peer_code_, .reason = std::move(reason), .was_open = was_open});
}

int WsConnection::on_event(lws* socket, lws_callback_reasons reason, std::string_view in) {
    const auto self = shared_from_this(); // a listener may let us go
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        socket_ = socket;
        return on_established();
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return on_received(in);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return on_writable();
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        return on_peer_close(in);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: {
        socket_ = nullptr;
        lws_set_opaque_user_data(socket, nullptr);
        kept_.reset();
        std::string why = in.empty() ? "the connection cannot be made" : std::string(in);
        if (!is_starting_) {
            end(std::move(why));
        } else {
            loop_.defer([self, why] { self->end(why); });
        }
        return carry_on;
    }
    case LWS_CALLBACK_CLIENT_CLOSED:
        socket_ = nullptr;
        lws_set_opaque_user_data(socket, nullptr);
        kept_.reset();
        end("the connection broke");
        return carry_on;
    default:
        return carry_on;
    }
}

int WsConnection::on_established() {
    if (state_ == State::over) return hang_up;
    state_ = State::open;
    deadline_.stop();
    listener_->on_open();
    return state_ == State::over ? hang_up : carry_on;
}

int WsConnection::on_received(std::string_view bytes) {
    if (state_ != State::open) return hang_up;
    if (message_.size() + bytes.size() > options_.max_message) {
        peer_code_ = message_too_big;
        peer_reason_ = "the server sent a message beyond the limit";
        end({});
        return hang_up;
    }
    message_ += bytes;
    const bool is_whole =
        lws_is_final_fragment(socket_) != 0 && lws_remaining_packet_payload(socket_) == 0;
    if (!is_whole) return carry_on;
    auto message = std::exchange(message_, {});
    const bool is_binary = lws_frame_is_binary(socket_) != 0;
    listener_->on_message(message, is_binary);
    if (state_ != State::open) return hang_up;
    if (message.capacity() <= kept_message) {
        message.clear();
        message_ = std::move(message);
    }
    return carry_on;
}

int WsConnection::on_writable() {
    if (state_ != State::open) return hang_up;
    if (waiting_.empty()) return carry_on;
    auto framed = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= framed.size() - LWS_PRE;
    if (!write(socket_, framed, LWS_WRITE_TEXT)) return hang_up;
    if (!waiting_.empty()) ask_to_write();
    return carry_on;
}

int WsConnection::on_peer_close(std::string_view payload) {
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(payload[i]));
    };
    if (payload.size() >= 2) {
        peer_code_ = static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
        peer_reason_ = to_valid_utf8(payload.substr(2));
    }
    return carry_on; // libwebsockets answers it and closes
}

} // namespace openclaw::net
