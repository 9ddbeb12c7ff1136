#include "workers/discord/gateway_socket.h"

#include <utility>

namespace openclaw::discord {

namespace {

// What the server says of a new session: GET /gateway/bot.
GatewayInfo read_info(json::View root) {
    const auto limit = root["session_start_limit"];
    return {.url = std::string(root["url"].text()),
            .total = limit["total"].integer(1000),
            .remaining = limit["remaining"].integer(1000),
            .reset_after = Milliseconds(limit["reset_after"].integer())};
}

} // namespace

GatewaySocket::GatewaySocket(Loop& loop, Api& api, net::WsClient& sockets, const Settings& settings,
                             Way way)
    : loop_(loop)
    , api_(api)
    , sockets_(sockets)
    , settings_(settings)
    , way_(std::move(way)) {}

GatewaySocket::~GatewaySocket() {
    *alive_ = false;
    if (question_ != 0) api_.cancel(question_);
}

void GatewaySocket::ask() {
    question_ =
        api_.call({.path = "/gateway/bot", .idempotent = true}, [this](const Answer& answer) {
            question_ = 0;
            answer.ok() ? gateway_->on_info(read_info(answer.result()))
                        : gateway_->on_info_failed();
        });
}

void GatewaySocket::connect(const std::string& url) {
    inflater_.emplace();
    const auto address = net::WsAddress::parse(url);
    if (!address) return fail_later(address.error().sentence);
    auto socket = sockets_.connect(
        {.url = url, .via = way_(*address), .user_agent = settings_.user_agent}, *this);
    if (!socket) return fail_later(socket.error().sentence);
    socket_ = std::move(*socket);
}

// The gateway is not told from inside its own call.
void GatewaySocket::fail_later(std::string reason) {
    loop_.defer([this, alive = alive_, reason = std::move(reason)] {
        if (*alive) gateway_->on_closed(0, reason);
    });
}

void GatewaySocket::send(const std::string& payload) {
    if (socket_) socket_->send(payload);
}

void GatewaySocket::close(std::uint16_t code) {
    if (const auto socket = std::exchange(socket_, nullptr)) socket->close(code);
}

void GatewaySocket::pause_reading(bool paused) {
    is_paused_ = paused;
    if (socket_) socket_->pause_reading(paused);
}

void GatewaySocket::on_open() {
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
    socket_.reset();
    gateway_->on_closed(end.code, end.reason);
}

} // namespace openclaw::discord
