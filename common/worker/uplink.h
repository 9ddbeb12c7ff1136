// worker/uplink.h — what a worker tells the supervisor. Frames leave in the order they are
// given.
#pragma once

#include "common/base/unique_fd.h"
#include "proto/frame.pb.h"

namespace openclaw::worker {

class Uplink {
  public:
    virtual ~Uplink() = default;
    // Never fails: what the socket does not take now is kept, in order. Users watch has_room()
    // before they accept more work, so what is kept is bounded by what is in flight.
    virtual void send(wire::Frame frame, UniqueFd blob = {}) = 0;
    virtual bool has_room() const = 0;
};

} // namespace openclaw::worker
