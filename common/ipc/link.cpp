#include "common/ipc/link.h"

#include "common/ipc/body_name.h"
#include "common/ipc/protocol.h"
#include "common/ipc/socket.h"

#include <fcntl.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::ipc {

namespace {

// How many frames one link may read in a turn before others get theirs, and how long: some cost a
// copy of 24 MiB. What is left in the socket wakes the loop again.
constexpr int frames_per_turn = 128;
constexpr Milliseconds longest_turn{2};
// Answers of which only the image before this one knows the questions.
constexpr std::uint64_t most_of_former_image = 1024;

// One process, one loop, one thread: a buffer for the frame in hand is enough.
std::array<std::uint8_t, max_frame_bytes> frame_buffer;

} // namespace

Link::Link(Loop& loop, UniqueFd socket, Side self, PermitTable permits, LinkHandler& handler)
    : loop_(loop)
    , socket_(std::move(socket))
    , self_(self)
    , permits_(permits)
    , handler_(handler)
    , again_(loop)
    , alive_(std::make_shared<bool>(true)) {
    watch_ = std::make_unique<FdWatch>(loop_, socket_.get(), [this](Ready ready) {
        const auto alive = alive_;
        if (ready.writable) flush();
        if (*alive && !ended_ && (ready.readable || ready.hung_up)) read_all();
    });
    watch_->want(true, false);
}

Link::Link(Loop& loop, UniqueFd socket, Side self, PermitTable permits, LinkHandler& handler,
           LinkFacts facts)
    : Link(loop, std::move(socket), self, permits, handler) {
    hold();
    phase_ = facts.phase;
    next_id_ = facts.next_id;
    given_up_ = std::min(next_id_ - 1, most_of_former_image);
    seen_once_ = std::move(facts.seen_once);
    for (auto& frame : facts.outbox) {
        counters_.waiting_bytes += frame.bytes.size();
        outbox_.push_back(
            {.bytes = std::move(frame.bytes), .fds = std::move(frame.fds), .request = 0});
    }
    counters_.waiting_frames = outbox_.size();
}

Link::~Link() {
    *alive_ = false;
}

Result<void> Link::send(wire::Frame& frame, std::span<const int> fds) {
    if (ended_) return fail(Code::unavailable, "the link is closed");
    if (permit_for(frame.body_case(), true) == nullptr) // the peer would call it misbehaviour
        return fail(Code::unavailable, std::string(body_name(frame.body_case())) +
                                           " cannot be sent now: the peer is starting or draining");
    frame.set_fds(static_cast<std::uint32_t>(fds.size()));
    const std::size_t size = frame.ByteSizeLong();
    if (size > max_frame_bytes)
        return fail(Code::invalid, "a frame above 64 KiB: send the text as a blob");
    frame.SerializeWithCachedSizesToArray(frame_buffer.data());
    auto sent = transmit({.frame = frame, .bytes = {frame_buffer.data(), size}, .fds = fds});
    if (sent && tap_) show(frame, size, true);
    return sent;
}

void Link::show(const wire::Frame& frame, std::size_t bytes, bool is_outgoing) const {
    tap_({.is_outgoing = is_outgoing,
          .body = frame.body_case(),
          .id = frame.id(),
          .re = frame.re(),
          .bytes = bytes,
          .fds = frame.fds(),
          .trace = frame.trace()});
}

Result<void> Link::reply(std::uint64_t re, wire::Frame& frame, std::span<const int> fds) {
    frame.set_re(re);
    return send(frame, fds);
}

void Link::request(wire::Frame& frame, std::span<const int> fds, Milliseconds deadline,
                   OnReply done) {
    const std::uint64_t id = next_id_++;
    frame.set_id(id);
    auto& pending = pending_[id] =
        Pending{.done = std::move(done), .deadline = std::make_unique<Timer>(loop_)};
    const auto sent = send(frame, fds);
    Error why = sent ? Error{.code = Code::timeout,
                             .sentence = "no reply within the deadline",
                             .retryable = true}
                     : sent.error();
    auto give_up = [this, id, why = std::move(why)] {
        if (why.code == Code::timeout) ++given_up_;
        withdraw(id);
        settle(id, Failure(why), {});
    };
    pending.deadline->start(sent ? deadline : Milliseconds(0), std::move(give_up));
}

void Link::wipe_buffer() {
    explicit_bzero(frame_buffer.data(), frame_buffer.size());
}

void Link::hold() {
    is_held_ = true;
    again_.stop();
    if (!ended_) watch_->want(false, false);
}

void Link::go_on() {
    is_held_ = false;
    if (!ended_) watch_->want(true, !outbox_.empty() || was_full_);
}

LinkFacts Link::facts() const {
    LinkFacts facts{.phase = phase_, .next_id = next_id_, .seen_once = seen_once_, .outbox = {}};
    for (const auto& waiting : outbox_) {
        auto& frame =
            facts.outbox.emplace_back(LinkFacts::Frame{.bytes = waiting.bytes, .fds = {}});
        for (const auto& fd : waiting.fds)
            frame.fds.emplace_back(fcntl(fd.get(), F_DUPFD, 3));
    }
    return facts;
}

void Link::misbehaved(std::string reason) {
    end({.misbehaved = true, .reason = std::move(reason)});
}

void Link::read_all() {
    const auto alive = alive_;
    const auto until = loop_.clock().now() + longest_turn;
    for (int i = 0; i < frames_per_turn && *alive && !ended_ && !is_held_; ++i) {
        auto datagram = receive_datagram(socket_.get(), frame_buffer);
        if (!datagram) return end({.reason = datagram.error().sentence});
        switch (datagram->kind) {
        case Datagram::Kind::nothing_there:
            return;
        case Datagram::Kind::closed:
            return end({.reason = "the peer closed the link"});
        case Datagram::Kind::truncated:
            return misbehaved("a frame above 64 KiB or with too many descriptors");
        case Datagram::Kind::message:
            if (!accept({frame_buffer.data(), datagram->size}, std::move(datagram->fds))) return;
        }
        if (loop_.clock().now() >= until) return;
    }
}

bool Link::accept(std::span<const std::uint8_t> bytes, Fds fds) {
    wire::Frame frame;
    ++counters_.frames_in;
    counters_.bytes_in += bytes.size();
    counters_.last_in = loop_.clock().now();
    if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
        return misbehaved("bytes that are no frame"), false;
    if (tap_) show(frame, bytes.size(), false);
    const Permit* permit = permit_for(frame.body_case(), false);
    if (permit == nullptr)
        return misbehaved(std::string(body_name(frame.body_case())) + " is not permitted now"),
               false;
    if (fds.size() != frame.fds() || fds.size() > permit->max_fds)
        return misbehaved("a wrong number of descriptors"), false;
    if (permit->once) {
        if (std::ranges::find(seen_once_, frame.body_case()) != seen_once_.end())
            return misbehaved(std::string(body_name(frame.body_case())) +
                              " may come once and came twice"),
                   false;
        seen_once_.push_back(frame.body_case());
    }
    const auto alive = alive_;
    if (frame.re() == 0)
        handler_.on_frame(frame, std::move(fds));
    else if (may_answer(frame.re()))
        settle(frame.re(), &frame, std::move(fds));
    else
        misbehaved("a flood of answers to nothing");
    return *alive && !ended_;
}

const Permit* Link::permit_for(wire::Frame::BodyCase body, bool from_us) const {
    const auto fits = [&](const Permit& permit) {
        return permit.body == body && (permit.from == self_) == from_us &&
               (permit.phases & in(phase_)) != 0;
    };
    const auto found = std::ranges::find_if(permits_, fits);
    return found == permits_.end() ? nullptr : &*found;
}

// Late is no crime: each request that was given up has one answer. What is above that nobody asked
// for, and no flow would ever count it.
bool Link::may_answer(std::uint64_t id) {
    if (pending_.contains(id)) return true;
    if (given_up_ > 0) return --given_up_, true;
    return answers_to_nothing_.take(loop_.clock().now());
}

void Link::settle(std::uint64_t id, Result<const wire::Frame*> outcome, Fds fds) {
    auto node = pending_.extract(id);
    if (node.empty()) {
        ++counters_.late_replies;
        return;
    }
    node.mapped().done(std::move(outcome), std::move(fds));
}

void Link::end(LinkEnd why) {
    if (std::exchange(ended_, true)) return;
    again_.stop();
    watch_->want(false, false);
    outbox_.clear();
    counters_.waiting_frames = counters_.waiting_bytes = 0;
    // Told at the end of the turn, so that nobody is destroyed under the feet of the caller.
    loop_.defer([this, alive = alive_, why = std::move(why)] {
        if (!*alive) return;
        while (*alive && !pending_.empty())
            settle(pending_.begin()->first,
                   Failure(
                       Error{.code = Code::unavailable, .sentence = why.reason, .retryable = true}),
                   {});
        if (*alive) handler_.on_closed(why);
    });
}

} // namespace openclaw::ipc
