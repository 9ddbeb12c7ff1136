// rpc/events.h — who is connected, and events to those who may see them (PROTOCOL.md 11).
//
// An event is rendered once for all. The number in a frame is per connection and stamped by the
// connection itself. Who may see which family is policy's (policy::may_see). Peers join after
// hello-ok and leave before they die.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/rpc/peer.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

struct StateVersion {
    std::uint64_t presence = 1, health = 1;
};

// features.events in hello-ok: what this build sends.
std::span<const std::string_view> event_names();

// An event of the family `name`; `payload` is JSON text, `extra` further members of the frame, with
// their comma.
struct Broadcast {
    std::string_view name;
    std::string payload;
    std::string extra = {};
    bool drop_if_slow = false;
};

inline constexpr Milliseconds tick_every = std::chrono::seconds(30); // policy.tickIntervalMs

class Events {
  public:
    explicit Events(Loop& loop);

    void join(Peer& peer);
    void leave(Peer& peer);

    // Told of everybody who has joined or is about to leave.
    using Watch = std::function<void(Peer& peer, bool is_here)>;

    void watch(Watch watch) { watch_ = std::move(watch); }

    std::size_t count() const { return peers_.size(); }

    const std::vector<Peer*>& peers() const { return peers_; }

    // To every peer that may see the family.
    void send(const Broadcast& event);
    // The same for an event that knows how to merge. `name` decides who sees it.
    void send(std::string_view name, web::Event event);
    void send_to_session_watchers(const Broadcast& event); // sessions.subscribe
    void send_to_message_watchers(std::string_view session_key,
                                  const Broadcast& event); // sessions.messages.subscribe
    bool has_viewers(std::string_view name) const;
    bool has_other_viewer(std::string_view name, const Peer& than) const;
    bool has_session_watchers() const;
    bool has_message_watchers(std::string_view session_key) const;

    StateVersion versions;
    std::string version_member() const; // ,"stateVersion":{…}

    // PROTOCOL.md 20. The caller closes the sockets afterwards.
    void announce_shutdown(std::string_view reason, std::int64_t restart_expected_ms = 0);

  private:
    void tick();

    Loop& loop_;
    Timer ticking_; // only while somebody is connected
    std::vector<Peer*> peers_;
    Watch watch_;
};

} // namespace openclaw::rpc
