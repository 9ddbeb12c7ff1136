// rpc/presence.h — who is here: the gateway itself, its lasting clients, and for a while those who
// left (PROTOCOL.md 11.3).
//
// Short-lived callers (cli, backend, probe) make no entry. Every change goes to everybody as the
// complete list.
#pragma once

#include "common/base/clock.h"
#include "supervisor/rpc/events.h"

#include <cstdint>
#include <string>
#include <vector>

namespace openclaw::rpc {

class Presence {
  public:
    Presence(const Clock& clock, Events& events);

    void arrived(const Peer& peer);
    void left(const Peer& peer);

    // The bare array system-presence returns.
    std::string to_json();

  private:
    struct Entry {
        std::string key; // device, instance, or connection
        std::string connection_id;
        std::string json_without_reason; // everything but reason and ts
        std::string reason;
        std::int64_t at_ms = 0;
        bool is_here = true;
    };

    void announce();
    void forget_old();

    const Clock& clock_;
    Events& events_;
    std::string self_; // our own entry, but for ts
    std::vector<Entry> entries_;
};

} // namespace openclaw::rpc
