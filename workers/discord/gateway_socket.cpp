#include "workers/discord/gateway_socket.h"

#include <utility>

namespace openclaw::discord {

namespace {

constexpr Milliseconds dialled_within = std::chrono::seconds(10);  // DISCORD.md 8
constexpr Milliseconds upgraded_within = std::chrono::seconds(10); // TLS and the handshake

// What the server says of a new session: GET /gateway/bot.
GatewayInfo read_info(json::View root) {
    const auto limit = root["session_start_limit"];
    return {.url = std::string(root["url"].text()),
            .total = limit["total"].integer(1000),
            .remaining = limit["remaining"].integer(1000),
            .reset_after = Milliseconds(limit["reset_after"].integer())};
}

} // namespace

GatewaySocket::GatewaySocket(Links links)
    : to_(links) {}

GatewaySocket::~GatewaySocket() {
    if (question_ != 0) to_.api.cancel(question_);
}

void GatewaySocket::ask() {
    question_ =
        to_.api.call({.path = "/gateway/bot", .idempotent = true}, [this](const Answer& answer) {
            question_ = 0;
            answer.ok() ? gateway_->on_info(read_info(answer.result()))
                        : gateway_->on_info_failed();
        });
}

void GatewaySocket::connect(const std::string& url) {
    let_go();
    attempt_ = std::make_shared<const bool>(true);
    inflater_.emplace();
    const auto address = net::WsAddress::parse(url);
    if (!address) return fail_later(address.error().sentence);
    dialling_ = to_.dialer.dial({.host = address->host,
                                 .port = static_cast<std::uint16_t>(address->port),
                                 .tls = address->is_secure},
                                dialled_within, [this, url](Result<UniqueFd> stream) {
                                    on_dialled(url, std::move(stream));
                                });
}

void GatewaySocket::on_dialled(const std::string& url, Result<UniqueFd> stream) {
    const auto over = std::move(dialling_); // we are inside of it
    if (!stream) return gateway_->on_closed(0, stream.error().sentence);
    open(url, std::move(*stream));
}

void GatewaySocket::open(const std::string& url, UniqueFd stream) {
    stream_.emplace(std::move(stream));
    auto socket = to_.sockets.connect({.url = url,
                                       .via = "+" + stream_->path(),
                                       .user_agent = to_.settings.user_agent,
                                       .open_within = upgraded_within},
                                      *this);
    if (!socket) return fail_later(socket.error().sentence);
    socket_ = std::move(*socket);
}

// The gateway is not told from inside its own call.
void GatewaySocket::fail_later(std::string reason) {
    to_.loop.defer([this, attempt = std::weak_ptr(attempt_), reason = std::move(reason)] {
        if (!attempt.expired()) gateway_->on_closed(0, reason);
    });
}

void GatewaySocket::send(const std::string& payload) {
    if (socket_) socket_->send(payload);
}

void GatewaySocket::close(std::uint16_t code) {
    if (const auto socket = std::exchange(socket_, nullptr)) socket->close(code);
    let_go();
}

void GatewaySocket::let_go() {
    attempt_.reset();
    dialling_.reset();
    socket_.reset();
    stream_.reset();
}

void GatewaySocket::pause_reading(bool paused) {
    is_paused_ = paused;
    if (socket_) socket_->pause_reading(paused);
}

void GatewaySocket::on_open() {
    stream_.reset();
    if (is_paused_) socket_->pause_reading(true);
    gateway_->on_open();
}

void GatewaySocket::on_message(std::string_view message, bool is_binary) {
    if (!is_binary) return gateway_->on_message(message);
    const auto text = inflater_->feed(message);
    if (!text) {
        close(close_and_resume);
        return gateway_->on_closed(0, text.error().sentence);
    }
    if (*text) gateway_->on_message(**text);
}

void GatewaySocket::on_closed(const net::WsEnd& end) {
    const auto over = std::move(socket_); // we are inside of it
    let_go();
    gateway_->on_closed(end.code, end.reason);
}

} // namespace openclaw::discord
