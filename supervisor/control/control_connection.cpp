#include "supervisor/control/control_connection.h"

#include "common/log/log.h"
#include "supervisor/rpc/hello.h"

#include <sys/socket.h>

#include <cerrno>
#include <string_view>

namespace openclaw::control {

namespace {

constexpr std::size_t read_at_once = 64 * 1024;
constexpr std::size_t kept_capacity = 256 * 1024; // larger buffers go back when they are empty

} // namespace

void LocalPeer::send_parts(std::span<const std::string_view> parts) {
    if (connection_ != nullptr) connection_->send(parts);
}

// The same bounds and words as on a WebSocket (PROTOCOL.md 3, 11).
void LocalPeer::send_event(const web::SharedEvent& event) {
    if (connection_ == nullptr) return;
    const std::size_t size = event->head.size() + event->appended.size() + event->tail.size();
    if (event->drop_if_slow && connection_->waiting_bytes() + size > rpc::max_buffered_bytes)
        return;
    const std::string number =
        event->sequenced ? R"(,"seq":)" + std::to_string(++sequence_) : std::string();
    const std::string_view parts[] = {event->head, event->appended, event->tail, number, "}"};
    connection_->send(parts);
}

void LocalPeer::close(std::uint16_t, std::string_view) {
    if (connection_ != nullptr) connection_->close_after_sending();
}

ControlConnection::ControlConnection(Loop& loop, UniqueFd socket, rpc::FrontDoor& door, OnEnd ended)
    : loop_(loop)
    , socket_(std::move(socket))
    , door_(door)
    , ended_(std::move(ended))
    , peer_(std::make_shared<LocalPeer>(*this))
    , watch_(loop, socket_.get(), [this](Ready ready) { on_ready(ready); }) {
    door_.welcome_local(*peer_);
    want();
}

ControlConnection::~ControlConnection() {
    has_ended_ = true;
    door_.leave(*peer_);
    peer_->detach();
}

void ControlConnection::on_ready(Ready ready) {
    if (ready.writable) write_all();
    if ((ready.readable || ready.hung_up) && !has_ended_) read_all();
}

void ControlConnection::read_all() {
    while (!is_closing_ && !has_ended_) {
        const std::size_t had = in_.size();
        in_.resize(had + read_at_once);
        const auto got = ::recv(socket_.get(), in_.data() + had, read_at_once, 0);
        in_.resize(had + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) break;
        if (got <= 0) return end("closed by the peer");
        if (!take_lines()) return end("a line longer than 25 MiB");
        if (static_cast<std::size_t>(got) < read_at_once) break;
    }
    want();
}

// Hands over every whole line. False: the unfinished one is too long.
bool ControlConnection::take_lines() {
    std::size_t from = 0;
    for (std::size_t to = in_.find('\n'); to != std::string::npos && !is_closing_;
         to = in_.find('\n', from)) {
        const std::string_view line(in_.data() + from, to - from);
        if (line.size() > rpc::max_payload_bytes) return false;
        if (!line.empty()) door_.on_local_message(*peer_, line);
        from = to + 1;
    }
    in_.erase(0, from);
    if (in_.empty() && in_.capacity() > kept_capacity) in_ = {};
    return in_.size() <= rpc::max_payload_bytes;
}

void ControlConnection::send(std::span<const std::string_view> parts) {
    if (has_ended_ || is_closing_) return;
    for (const auto part : parts)
        out_ += part;
    out_ += '\n';
    if (out_.size() > rpc::max_buffered_bytes) return end("it does not read what it asked for");
    if (is_planned_) return;
    is_planned_ = true;
    loop_.defer([this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        is_planned_ = false;
        write_all();
    });
}

void ControlConnection::write_all() {
    std::size_t sent = 0;
    while (sent < out_.size() && !has_ended_) {
        const auto wrote =
            ::send(socket_.get(), out_.data() + sent, out_.size() - sent, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EAGAIN) break;
        if (wrote < 0) return end("the peer is gone");
        sent += static_cast<std::size_t>(wrote);
    }
    out_.erase(0, sent);
    if (out_.empty() && out_.capacity() > kept_capacity) out_ = {};
    if (out_.empty() && is_closing_) return end("closed by the gateway");
    want();
}

void ControlConnection::want() {
    if (!has_ended_) watch_.want(!is_closing_, !out_.empty());
}

void ControlConnection::close_after_sending() {
    is_closing_ = true;
    write_all();
}

// The owner destroys this object; not from inside a call that may be on our stack, so at the end of
// the turn.
void ControlConnection::end(std::string_view why) {
    if (has_ended_) return;
    has_ended_ = true;
    out_ = {};
    watch_.want(false, false);
    log::debug("control.ended", {{"connection", peer_->connection_id}, {"reason", why}});
    loop_.defer([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) ended_(*this);
    });
}

} // namespace openclaw::control
