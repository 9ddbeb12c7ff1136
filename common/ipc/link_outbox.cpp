// The sending half of a link: at once, or from the outbox, when the socket has room and the kernel
// takes the descriptors.
#include "common/ipc/link.h"
#include "common/ipc/protocol.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace openclaw::ipc {

namespace {

// Behind what can_send() allows: room for short frames. Acknowledgements ask nobody whether there
// is room, and one that was lost would leave its message waiting for a repeat; credits and answers
// in hand bound their number.
constexpr std::size_t reserved_frames = 512;
constexpr std::size_t short_frame_bytes = 512;

// Their place among other frames means nothing, and they must not wait: behind a frame whose
// descriptors another process keeps back, a healthy worker would be taken for a hung one.
bool may_overtake(const wire::Frame& frame) {
    return frame.has_ping() || frame.has_pong();
}

} // namespace

bool Link::can_send() const {
    return !ended_ && outbox_.size() < outbox_frames && counters_.waiting_bytes < outbox_bytes;
}

Result<void> Link::transmit(const Outgoing& out) {
    if (is_held_ || (!outbox_.empty() && !may_overtake(out.frame))) return wait_for_room(out);
    const auto sent = send_datagram(socket_.get(), out.bytes, out.fds);
    if (!sent)
        return Failure(
            sent.error()); // reading the socket will notice the end, after what was still in it
    if (*sent == Sent::not_now) try_later();
    if (*sent != Sent::yes) return wait_for_room(out);
    ++counters_.frames_out;
    counters_.bytes_out += out.bytes.size();
    return {};
}

Result<void> Link::wait_for_room(const Outgoing& out) {
    auto queued = queue(out);
    was_full_ = was_full_ || !queued || !can_send();
    watch_for_room();
    return queued;
}

Result<void> Link::queue(const Outgoing& out) {
    const bool has_reserve =
        out.bytes.size() <= short_frame_bytes && outbox_.size() < outbox_frames + reserved_frames;
    if (!can_send() && !has_reserve)
        return Failure(
            Error{.code = Code::busy, .sentence = "the link's outbox is full", .retryable = true});
    Waiting waiting{
        .bytes = {out.bytes.begin(), out.bytes.end()}, .fds = {}, .request = out.frame.id()};
    for (const int fd : out.fds) {
        waiting.fds.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 3));
        if (waiting.fds.back()) continue;
        auto full = system_error(Code::busy, "no descriptor is left for a frame to wait", errno);
        full.retryable = true;
        return Failure(std::move(full));
    }
    if (may_overtake(out.frame))
        outbox_.push_front(std::move(waiting));
    else
        outbox_.push_back(std::move(waiting));
    counters_.waiting_frames = outbox_.size();
    counters_.waiting_bytes += out.bytes.size();
    return {};
}

// Nobody waits for its answer any longer, and each of its descriptors is one of few.
void Link::withdraw(std::uint64_t request) {
    const auto is_it = [&](const Waiting& waiting) {
        return waiting.request == request && !waiting.fds.empty();
    };
    const auto found = std::ranges::find_if(outbox_, is_it);
    if (found == outbox_.end()) return;
    counters_.waiting_bytes -= found->bytes.size();
    outbox_.erase(found);
    counters_.waiting_frames = outbox_.size();
}

void Link::watch_for_room() {
    if (!is_held_ && !again_.is_active()) watch_->want(true, true);
}

// The socket may be writable all the time: to watch it would be to ask without a pause.
void Link::try_later() {
    watch_->want(true, false);
    again_.start(pauses_.next(), [this] { flush(); });
}

void Link::flush() {
    again_.stop();
    while (!outbox_.empty()) {
        const bool has_descriptors = !outbox_.front().fds.empty();
        const auto sent = send_first();
        if (!sent && sent.error().code == Code::invalid) {
            drop_first(sent.error());
            continue;
        }
        if (!sent) return watch_->want(true, false); // the read side reports the end
        if (*sent == Sent::not_now) return try_later();
        if (*sent == Sent::socket_full) return watch_for_room();
        if (has_descriptors) pauses_.reset();
        pop_first();
    }
    watch_->want(true, false);
    if (std::exchange(was_full_, false)) handler_.on_room();
}

Result<Sent> Link::send_first() {
    const auto& next = outbox_.front();
    std::array<int, max_frame_fds> fds{};
    std::ranges::transform(next.fds, fds.begin(), &UniqueFd::get);
    auto sent = send_datagram(socket_.get(), next.bytes, {fds.data(), next.fds.size()});
    if (!sent || *sent != Sent::yes) return sent;
    ++counters_.frames_out;
    counters_.bytes_out += next.bytes.size();
    return sent;
}

// It holds a descriptor that was given to us by somebody else, who has made it unfit to be handed
// on: its request fails, and those behind it are not kept waiting.
void Link::drop_first(const Error& why) {
    if (outbox_.front().request != 0)
        loop_.defer([this, alive = alive_, request = outbox_.front().request, why] {
            if (*alive) settle(request, Failure(why), {});
        });
    pop_first();
}

void Link::pop_first() {
    counters_.waiting_bytes -= outbox_.front().bytes.size();
    outbox_.pop_front();
    counters_.waiting_frames = outbox_.size();
}

} // namespace openclaw::ipc
