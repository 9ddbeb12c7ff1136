// The link to the supervisor: what is no frame, is not permitted, comes twice, or speaks for
// others.
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"
#include "common/ipc/text.h"
#include "tests/redteam/attack.h"
#include "tests/redteam/copies.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace openclaw::redteam {

namespace {

using Frame = wire::Frame;

// Past the own link, which would refuse to send it. Waits for room: a flood is not to end there.
std::string send_bytes(const std::string& bytes) {
    for (;;) {
        if (send(ipc::worker_link_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) return "sent";
        if (errno != EAGAIN) return judge(-1, "");
        pollfd room{.fd = ipc::worker_link_fd, .events = POLLOUT, .revents = 0};
        poll(&room, 1, 1000);
    }
}

std::string send_frame(const Frame& frame) {
    return send_bytes(frame.SerializeAsString());
}

std::string forged_delivery(const std::string& action) {
    Frame frame;
    frame.mutable_delivery()->set_action_id(action);
    frame.mutable_delivery()->set_state(wire::Delivery::SENT);
    frame.mutable_delivery()->set_message_id("1");
    frame.mutable_delivery()->set_parts(1);
    return send_frame(frame);
}

std::string forged_run() {
    Frame frame;
    frame.mutable_run_end()->set_run_id("run-1");
    frame.mutable_run_end()->set_outcome(wire::RunEnd::COMPLETED);
    frame.mutable_run_end()->mutable_text()->set_inline_text("words put into the agent's mouth");
    return send_frame(frame);
}

std::string forged_configuration() {
    Frame frame;
    frame.mutable_configure()->set_instance("telegram:other");
    return send_frame(frame);
}

std::string forged_dial_order() {
    Frame frame;
    frame.mutable_dial_order()->mutable_dial()->set_host("169.254.169.254");
    return send_frame(frame);
}

std::string second_ready() {
    Frame frame;
    frame.mutable_ready()->set_sandbox("whole");
    return send_frame(frame);
}

std::string promised_descriptors() {
    Frame frame;
    frame.mutable_typing();
    frame.mutable_channel_status()->set_state(wire::ChannelStatus::CONNECTED);
    frame.set_fds(3);
    return send_frame(frame);
}

// An answer to a question nobody asked.
std::string stray_reply() {
    Frame frame;
    frame.set_re(0xffff'ffff);
    frame.mutable_pong();
    return send_frame(frame);
}

// A message as this worker's platform would bring it.
Frame inbound(const std::string& event, const std::string& text) {
    Frame frame;
    auto& message = *frame.mutable_inbound();
    message.set_event_id(event);
    message.set_message_id(event);
    message.mutable_chat()->set_id("77");
    message.mutable_chat()->set_kind(wire::CHAT_DIRECT);
    message.mutable_sender()->set_id("77");
    message.mutable_text()->set_inline_text(text);
    return frame;
}

// The same event each time it is told to: the second is a repeat of what was acknowledged.
std::string same_inbound(const std::string& text) {
    return send_frame(inbound("same-event", text));
}

// All that tells messages apart is the bystander's, whose first message has the number 0
// (workers/echo): only the link says whose they are.
std::string foreign_inbound(const std::string& text) {
    Frame frame = inbound("0", text);
    frame.mutable_inbound()->set_logical_id("77:0");
    return send_frame(frame);
}

std::string foreign_event(const std::string& victim) {
    for (const auto& event : {std::string("0"), victim + "\n0", "../" + victim + "/0"}) {
        Frame frame;
        frame.mutable_channel_event()->set_kind(wire::ChannelEvent::MESSAGE_DELETED);
        frame.mutable_channel_event()->set_event_id(event);
        frame.mutable_channel_event()->mutable_chat()->set_id("77");
        if (const auto sent = send_frame(frame); sent != "sent") return sent;
    }
    return "sent";
}

std::string foreign_state(const std::string& victim) {
    Frame frame;
    for (const auto& key : {std::string("next"), victim + "\nnext", "../" + victim + "/next"}) {
        auto& entry = *frame.mutable_state_write()->add_entries();
        entry.set_key(key);
        entry.set_value("forged");
    }
    return send_frame(frame);
}

// What was reported and acknowledged, once more and otherwise.
std::string replayed_delivery(const std::string& action) {
    for (const auto state : {wire::Delivery::SENT, wire::Delivery::FAILED}) {
        Frame frame;
        auto& delivery = *frame.mutable_delivery();
        delivery.set_action_id(action);
        delivery.set_attempt(1);
        delivery.set_state(state);
        delivery.set_message_id("forged");
        delivery.set_parts(1);
        delivery.set_permanent(state == wire::Delivery::FAILED);
        if (const auto sent = send_frame(frame); sent != "sent") return sent;
    }
    return "sent";
}

std::string inbound_flood() {
    for (int i = 0; i < 2000; ++i)
        if (const auto sent = send_frame(inbound("flood-" + std::to_string(i), "flood"));
            sent != "sent")
            return sent;
    return "sent";
}

// Lines that look as if others had spoken, and orders to the terminal that shows them.
std::string forged_log(const std::string& sibling) {
    const std::string line = "\n2026-01-01T00:00:00.000Z error forged.line worker=" + sibling;
    Frame frame;
    auto& record = *frame.mutable_log();
    record.set_level(wire::Log::ERROR);
    record.set_event("forged.event" + line);
    auto& field = *record.add_fields();
    field.set_name("forged" + line);
    field.set_value("forged");
    if (const auto sent = send_frame(frame); sent != "sent") return sent;
    record.set_event("forged.values");
    field.set_name("worker");
    field.set_value(sibling);
    auto& orders = *record.add_fields();
    orders.set_name("said");
    orders.set_value("\x1b[2J\rforged\x7f");
    frame.set_trace("forged" + line);
    return send_frame(frame);
}

std::string log_flood() {
    Frame frame;
    frame.mutable_log()->set_level(wire::Log::ERROR);
    frame.mutable_log()->set_event("flood");
    for (int i = 0; i < 5000; ++i)
        if (const auto sent = send_frame(frame); sent != "sent") return sent;
    return "sent";
}

// A text that no platform has.
std::string inbound_huge() {
    Frame frame;
    frame.mutable_inbound()->set_event_id("huge");
    const auto blob =
        ipc::put_text(*frame.mutable_inbound()->mutable_text(), std::string(8u << 20, 'x'));
    if (!blob) return "refused: " + blob.error().sentence;
    frame.set_fds(1);
    const auto bytes = frame.SerializeAsString();
    const int fd = blob->get();
    const auto sent = ipc::send_datagram(
        ipc::worker_link_fd, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
        {&fd, 1});
    return sent ? "sent" : "refused: " + sent.error().sentence;
}

std::string flood_of(const Frame& frame) {
    const auto bytes = frame.SerializeAsString();
    for (int i = 0; i < 200'000; ++i)
        if (const auto sent = send_bytes(bytes); sent != "sent") return sent;
    return "sent";
}

// Entries for the ledger, as many as a frame holds.
std::string state_flood() {
    Frame frame;
    while (frame.state_write().entries_size() < 8000) {
        auto& entry = *frame.mutable_state_write()->add_entries();
        entry.set_key("a");
        entry.set_value("b");
    }
    return send_frame(frame);
}

// Answers to nothing, which no flow would count.
std::string reply_flood() {
    Frame frame;
    frame.set_re(0xffff'ffff);
    frame.mutable_pong();
    return flood_of(frame);
}

std::string event_flood() {
    Frame frame;
    auto& event = *frame.mutable_channel_event();
    event.set_kind(wire::ChannelEvent::MESSAGE_DELETED);
    event.set_event_id("flood");
    return flood_of(frame);
}

std::string status_flood() {
    Frame frame;
    frame.mutable_channel_status()->set_state(wire::ChannelStatus::DEGRADED);
    return flood_of(frame);
}

std::string delivery_flood() {
    Frame frame;
    frame.mutable_delivery()->set_action_id("nobody's");
    frame.mutable_delivery()->set_state(wire::Delivery::SENT);
    return flood_of(frame);
}

// More descriptors than a frame may carry.
std::string many_descriptors() {
    Frame frame;
    frame.mutable_channel_status()->set_state(wire::ChannelStatus::CONNECTED);
    const auto sent = send_copies<16>(ipc::worker_link_fd, frame.SerializeAsString(), MSG_NOSIGNAL);
    return sent < 0 ? judge(-1, "") : "sent";
}

constexpr auto attacks = std::to_array<Attack>({
    {"garbage", [](auto&, auto&) { return send_bytes("\xff\xff\xff\xff"); }},
    {"oversized",
     [](auto&, auto&) { return send_bytes(std::string(ipc::max_frame_bytes + 1, 'x')); }},
    {"empty_body",
     [](auto&, auto&) { return send_bytes(std::string("\x08\x01", 2)); }}, // only an id
    {"second_ready", [](auto&, auto&) { return second_ready(); }},
    {"stray_reply", [](auto&, auto&) { return stray_reply(); }},
    {"promised_descriptors", [](auto&, auto&) { return promised_descriptors(); }},
    {"many_descriptors", [](auto&, auto&) { return many_descriptors(); }},
    {"forged_delivery", [](auto& target, auto&) { return forged_delivery(target); }},
    {"forged_run", [](auto&, auto&) { return forged_run(); }},
    {"forged_configuration", [](auto&, auto&) { return forged_configuration(); }},
    {"forged_dial_order", [](auto&, auto&) { return forged_dial_order(); }},
    {"same_inbound", [](auto& target, auto&) { return same_inbound(target); }},
    {"foreign_inbound", [](auto& target, auto&) { return foreign_inbound(target); }},
    {"foreign_event", [](auto& target, auto&) { return foreign_event(target); }},
    {"foreign_state", [](auto& target, auto&) { return foreign_state(target); }},
    {"replayed_delivery", [](auto& target, auto&) { return replayed_delivery(target); }},
    {"inbound_flood", [](auto&, auto&) { return inbound_flood(); }},
    {"forged_log", [](auto& target, auto&) { return forged_log(target); }},
    {"log_flood", [](auto&, auto&) { return log_flood(); }},
    {"inbound_huge", [](auto&, auto&) { return inbound_huge(); }},
    {"state_flood", [](auto&, auto&) { return state_flood(); }},
    {"status_flood", [](auto&, auto&) { return status_flood(); }},
    {"delivery_flood", [](auto&, auto&) { return delivery_flood(); }},
    {"reply_flood", [](auto&, auto&) { return reply_flood(); }},
    {"event_flood", [](auto&, auto&) { return event_flood(); }},
});

} // namespace

std::span<const Attack> frame_attacks() {
    return attacks;
}

} // namespace openclaw::redteam
