#include "supervisor/rpc/events.h"

#include "common/json/write.h"

#include <algorithm>
#include <array>

namespace openclaw::rpc {

namespace {

web::SharedEvent shared(web::Event event) {
    return std::make_shared<const web::Event>(std::move(event));
}

web::SharedEvent render(const Broadcast& broadcast) {
    web::Event event = web::make_event(broadcast.name, broadcast.payload, broadcast.extra);
    event.drop_if_slow = broadcast.drop_if_slow;
    return shared(std::move(event));
}

bool sees(const Peer& peer, std::string_view name) {
    return policy::may_see(name, peer.role, peer.scopes);
}

} // namespace

std::span<const std::string_view> event_names() {
    static constexpr std::array<std::string_view, 25> names = {
        "connect.challenge",
        "agent",
        "chat",
        "config.changed",
        "cron",
        "device.pair.changed",
        "device.pair.requested",
        "device.pair.resolved",
        "device.pair.setup.completed",
        "exec.approval.requested",
        "exec.approval.resolved",
        "health",
        "heartbeat",
        "node.hostStats",
        "node.invoke.progress",
        "node.invoke.request",
        "node.pair.requested",
        "node.pair.resolved",
        "node.presence",
        "presence",
        "session.message",
        "sessions.changed",
        "shutdown",
        "task",
        "tick",
    };
    return names;
}

Events::Events(Loop& loop)
    : loop_(loop)
    , ticking_(loop) {}

void Events::join(Peer& peer) {
    peer.receives_events = true;
    peers_.push_back(&peer);
    if (peers_.size() == 1) ticking_.repeat(tick_every, [this] { tick(); });
    if (watch_) watch_(peer, true);
}

void Events::leave(Peer& peer) {
    if (watch_) watch_(peer, false);
    peer.receives_events = false;
    std::erase(peers_, &peer);
    if (peers_.empty()) ticking_.stop();
}

void Events::send(const Broadcast& event) {
    if (!has_viewers(event.name)) return;
    const auto rendered = render(event);
    for (Peer* peer : peers_)
        if (sees(*peer, event.name)) peer->send_event(rendered);
}

void Events::send(std::string_view name, web::Event event) {
    const auto rendered = shared(std::move(event));
    for (Peer* peer : peers_)
        if (sees(*peer, name)) peer->send_event(rendered);
}

void Events::send_to_session_watchers(const Broadcast& event) {
    const auto rendered = render(event);
    for (Peer* peer : peers_)
        if (peer->subscriptions.sessions && sees(*peer, event.name)) peer->send_event(rendered);
}

void Events::send_to_message_watchers(std::string_view session_key, const Broadcast& event) {
    const auto rendered = render(event);
    for (Peer* peer : peers_)
        if (peer->subscriptions.session_messages.contains(session_key) && sees(*peer, event.name))
            peer->send_event(rendered);
}

bool Events::has_viewers(std::string_view name) const {
    return std::ranges::any_of(peers_, [&](const Peer* peer) { return sees(*peer, name); });
}

bool Events::has_other_viewer(std::string_view name, const Peer& than) const {
    return std::ranges::any_of(
        peers_, [&](const Peer* peer) { return peer != &than && sees(*peer, name); });
}

bool Events::has_session_watchers() const {
    return std::ranges::any_of(peers_,
                               [](const Peer* peer) { return peer->subscriptions.sessions; });
}

bool Events::has_message_watchers(std::string_view session_key) const {
    return std::ranges::any_of(peers_, [&](const Peer* peer) {
        return peer->subscriptions.session_messages.contains(session_key);
    });
}

std::string Events::version_member() const {
    return R"(,"stateVersion":{"presence":)" + std::to_string(versions.presence) + R"(,"health":)" +
           std::to_string(versions.health) + "}";
}

void Events::announce_shutdown(std::string_view reason, std::int64_t restart_expected_ms) {
    json::Writer payload;
    payload.begin_object().member("reason", reason);
    if (restart_expected_ms > 0) payload.member("restartExpectedMs", restart_expected_ms);
    send({.name = "shutdown", .payload = payload.end_object().take()});
}

void Events::tick() {
    send({.name = "tick",
          .payload = R"({"ts":)" + std::to_string(loop_.clock().unix_ms()) + "}",
          .drop_if_slow = true});
}

} // namespace openclaw::rpc
