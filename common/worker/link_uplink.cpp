#include "common/worker/link_uplink.h"

#include "common/log/log.h"

#include <span>

namespace openclaw::worker {

void LinkUplink::send(wire::Frame frame, UniqueFd blob) {
    Kept kept{std::move(frame), std::move(blob)};
    if (kept_.empty() && transmit(kept)) return;
    kept_.push_back(std::move(kept));
}

void LinkUplink::flush() {
    while (!kept_.empty() && transmit(kept_.front()))
        kept_.pop_front();
}

bool LinkUplink::transmit(Kept& kept) {
    const int fd = kept.blob.get();
    const auto fds = kept.blob ? std::span<const int>(&fd, 1) : std::span<const int>();
    const auto sent = link_.send(kept.frame, fds);
    if (sent) return true;
    if (sent.error().code == Code::busy) return false;
    // Gone: the runtime ends this process. Too large: our own fault, and repeating it helps nobody.
    log::warn("uplink.frame_dropped", {{"reason", sent.error().sentence}});
    return true;
}

} // namespace openclaw::worker
