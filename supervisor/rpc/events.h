// rpc/events.h — who is connected, and events to those who may see them (PROTOCOL.md 11).
//
// Events are rendered once for all. The number in a frame is per connection and stamped by the
// connection itself. tick, health, presence, shutdown go to every authenticated peer; the others
// need the scope named at the call.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/rpc/peer.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

struct StateVersion {
    std::uint64_t presence = 1, health = 1;
};

// Names for features.events in hello-ok: what this build sends.
std::span<const std::string_view> event_names();

class Events {
  public:
    explicit Events(Loop& loop)
        : loop_(loop)
        , tick_(loop) {}

    void join(Peer& peer); // after hello-ok
    void leave(Peer& peer);

    std::size_t count() const { return peers_.size(); }

    const std::vector<Peer*>& peers() const { return peers_; }

    void to_all(web::Event event);
    void to_scope(std::string_view scope, web::Event event);
    void to_session_watchers(web::Event event); // sessions.subscribe
    void to_message_watchers(std::string_view session_key,
                             web::Event event); // sessions.messages.subscribe
    bool has_session_watchers() const;
    bool has_message_watchers(std::string_view session_key) const;
    bool has_listeners(std::string_view scope) const;

    StateVersion& versions() { return versions_; }

    std::string version_member() const; // ,"stateVersion":{…}

    // PROTOCOL.md 20: {"reason":…,"restartExpectedMs":…} to everybody. The caller closes the
    // sockets afterwards.
    void shutdown(std::string_view reason, std::int64_t restart_expected_ms = 0);

  private:
    void tick();

    Loop& loop_;
    Timer tick_; // runs only while somebody is connected
    std::vector<Peer*> peers_;
    StateVersion versions_;
};

inline constexpr Milliseconds tick_every = std::chrono::seconds(30); // policy.tickIntervalMs

} // namespace openclaw::rpc
