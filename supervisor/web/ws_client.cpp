#include "supervisor/web/ws_client.h"

#include "common/base/strings.h"
#include "common/log/log.h"
#include "supervisor/web/ws_hub.h"

#include <libwebsockets.h>

#include <charconv>

namespace openclaw::web {

namespace {

constexpr std::size_t write_chunk = 256 * 1024; // framed at most, before the socket is asked again
constexpr std::size_t kept_input = 16 * 1024;   // a larger message's memory goes back at once
constexpr std::size_t reason_limit =
    120; // PROTOCOL.md 5.3: the reference cuts here; RFC 6455 allows 123
constexpr std::uint16_t too_large = 1009;
constexpr std::uint16_t policy_violation = 1008;
constexpr unsigned char final_text_frame = 0x81; // RFC 6455 5.2: FIN, opcode 1; servers do not mask
constexpr unsigned char close_frame = 0x88;      // FIN, opcode 8

// libwebsockets arms its timer only when it serves something: a deadline set from outside needs a
// nudge.
void set_deadline(lws* socket, int seconds) {
    lws_set_timeout(socket, static_cast<pending_timeout>(PENDING_TIMEOUT_USER_REASON_BASE),
                    seconds);
    lws_cancel_service(lws_get_context(socket));
}

void append_frame_header(std::string& out, std::size_t payload) {
    out += static_cast<char>(final_text_frame);
    const auto append_big_endian = [&out](std::uint64_t value, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
            out += static_cast<char>(value >> shift & 0xff);
    };
    if (payload < 126) return out += static_cast<char>(payload), void();
    if (payload < 65'536) return out += static_cast<char>(126), append_big_endian(payload, 2);
    out += static_cast<char>(127);
    append_big_endian(payload, 8);
}

} // namespace

WsClient::WsClient(WsHub& hub, lws* socket, Arrival arrival)
    : hub_(hub)
    , socket_(socket)
    , arrival_(std::move(arrival))
    , opened_(hub.loop().clock().now()) {
    hub_.opened();
}

WsClient::~WsClient() {
    if (!admitted_) hub_.no_longer_waiting();
    if (scheduled_) hub_.forget(*this);
    closing_ = true; // the session says its last words to nobody
    session_.reset();
}

void WsClient::start(Endpoint& endpoint) {
    session_ = endpoint.open(*this);
}

void WsClient::admit() {
    if (admitted_) return;
    admitted_ = true;
    hub_.no_longer_waiting();
}

// Receiving.

void WsClient::on_fragment(std::string_view bytes, bool is_last) {
    if (closing_) return; // what comes after our close is not for us
    const std::size_t limit =
        admitted_ ? hub_.limits().after_admission : hub_.limits().before_admission;
    if (in_.size() + bytes.size() > limit) {
        in_ = {};
        return close(too_large, {});
    }
    if (is_last && in_.empty()) return session_->on_message(bytes);
    in_ += bytes;
    if (!is_last) return;
    std::string message;
    message.swap(in_);
    session_->on_message(message);
    if (message.capacity() > kept_input) return;
    message.clear();
    in_ = std::move(message);
}

void WsClient::stop_reading() {
    lws_rx_flow_control(socket_, 0);
}

void WsClient::go_on_reading() {
    lws_rx_flow_control(socket_, 1);
}

void WsClient::on_close_frame(std::uint16_t code) {
    closing_ = true;
    queue_.clear();
    if (close_framed_) return; // it answers ours
    close_framed_ = true;
    frame_close(code == 0 ? normal_closure : code,
                {}); // PROTOCOL.md 9: a close without a code is answered with 1000
    if (lws_partial_buffered(socket_) == 0) write_some();
}

// Sending.

void WsClient::send(std::span<const std::string_view> parts) {
    if (closing_) return;
    if (!socket_full_) return frame(parts), schedule();
    std::string whole;
    for (const auto part : parts)
        whole += part;
    enqueue(std::move(whole));
}

void WsClient::send_event(const SharedEvent& event) {
    if (closing_) return;
    if (socket_full_) return enqueue(event);
    frame_event(*event, event->appended);
    schedule();
}

void WsClient::enqueue(SendQueue::Item item) {
    const std::size_t room = hub_.limits().waiting_to_send;
    if (waiting_bytes() + size_of(item) <= room) return queue_.push(std::move(item));
    if (const auto* event = std::get_if<SharedEvent>(&item);
        event != nullptr && (*event)->drop_if_slow)
        return;
    ++hub_.counters().slow_cut;
    log::warn("web.slow_client_cut", {{"ip", arrival_.ip}, {"waiting_bytes", waiting_bytes()}});
    queue_.clear();
    close(policy_violation, "slow consumer");
}

void WsClient::schedule() {
    if (out_.size() >= write_chunk) return flush();
    if (scheduled_) return;
    scheduled_ = true;
    hub_.wants_flush(*this);
}

// Writes until everything is out or the socket is full. libwebsockets keeps the rest of a write the
// kernel did not take, and tells when that has gone; so the loop stops at the first rest.
void WsClient::flush() {
    scheduled_ = false;
    while (true) {
        socket_full_ = lws_partial_buffered(socket_) != 0;
        if (socket_full_) {
            lws_callback_on_writable(socket_);
            return;
        }
        refill();
        if (out_.empty()) break;
        if (!write_some()) return fail_writing();
    }
    if (out_.capacity() > 0) hub_.give_back(std::move(out_));
    out_ = {};
}

bool WsClient::write_some() {
    auto* bytes = reinterpret_cast<unsigned char*>(out_.data());
    const int written = lws_write(socket_, bytes, out_.size(),
                                  LWS_WRITE_RAW); // the frames are ours: passed on as they are
    out_.clear();
    return written >= 0;
}

void WsClient::fail_writing() {
    closing_ = close_framed_ = true;
    queue_.clear();
    set_deadline(socket_, LWS_TO_KILL_ASYNC);
}

void WsClient::refill() {
    while (!queue_.empty() && out_.size() < write_chunk)
        frame(queue_.pop());
    if (!closing_ || close_framed_ || !queue_.empty()) return;
    close_framed_ = true;
    frame_close(close_code_, close_reason_);
}

void WsClient::frame(std::span<const std::string_view> parts) {
    if (out_.capacity() == 0) out_ = hub_.lend();
    std::size_t size = 0;
    for (const auto part : parts)
        size += part.size();
    append_frame_header(out_, size);
    for (const auto part : parts)
        out_ += part;
}

void WsClient::frame(const SendQueue::Item& item) {
    if (const auto* text = std::get_if<std::string>(&item)) {
        const std::string_view whole = *text;
        return frame({&whole, 1});
    }
    if (const auto* event = std::get_if<SharedEvent>(&item))
        return frame_event(**event, (*event)->appended);
    const auto& grown = std::get<SendQueue::Grown>(item);
    frame_event(*grown.newest, grown.appended);
}

void WsClient::frame_event(const Event& event, std::string_view appended) {
    char digits[24];
    std::string_view number;
    if (event.sequenced)
        number = {digits, std::to_chars(digits, digits + sizeof digits, ++sequence_).ptr};
    const std::string_view parts[] = {
        event.head, appended, event.tail, event.sequenced ? R"(,"seq":)" : "", number, "}"};
    frame(parts);
}

// Closing.

void WsClient::close(std::uint16_t code, std::string_view reason) {
    if (closing_) return;
    closing_ = true;
    close_code_ = code;
    close_reason_ = utf8_prefix(reason, reason_limit);
    set_deadline(socket_, static_cast<int>(hub_.limits().close_within.count()));
    if (!socket_full_) schedule();
}

void WsClient::frame_close(std::uint16_t code, std::string_view reason) {
    if (out_.capacity() == 0) out_ = hub_.lend();
    out_ += static_cast<char>(close_frame);
    out_ += static_cast<char>(2 + reason.size());
    out_ += static_cast<char>(code >> 8);
    out_ += static_cast<char>(code & 0xff);
    out_ += reason;
}

} // namespace openclaw::web
