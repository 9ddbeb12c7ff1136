// worker/link_uplink.h — the uplink over the worker's link.
#pragma once

#include "common/ipc/link.h"
#include "common/worker/uplink.h"

#include <deque>

namespace openclaw::worker {

class LinkUplink final : public Uplink {
  public:
    explicit LinkUplink(ipc::Link& link)
        : link_(link) {}

    void send(wire::Frame frame, UniqueFd blob = {}) override;

    bool has_room() const override { return kept_.empty() && link_.can_send(); }

    // The link has room again.
    void flush();

  private:
    struct Kept {
        wire::Frame frame;
        UniqueFd blob;
    };

    bool transmit(Kept& kept); // false: no room now

    ipc::Link& link_;
    std::deque<Kept> kept_;
};

} // namespace openclaw::worker
