// ipc/link.h — one end of a conversation with one other process.
//
// Sends and receives Frames over a SOCK_SEQPACKET socket, matches replies to requests, enforces the
// peer's permit table, and bounds what waits for a full socket. Frames arrive in the order in which
// they were sent, but for Ping and Pong: they tell that a process is alive, and overtake what
// waits. Descriptors may have to wait though the socket has room, when another process of this user
// has too many on their way; all that is behind them waits as well. Knows nothing of channels or
// agents. Lives on one Loop, which must outlive it. May be destroyed inside any of its callbacks.
// Contract: docs/ipc.md. Tests: tests/unit/common/ipc/link_test.cpp.
#pragma once

#include "common/base/allowance.h"
#include "common/base/backoff.h"
#include "common/base/result.h"
#include "common/base/unique_fd.h"
#include "common/ipc/permit.h"
#include "common/ipc/socket.h"
#include "common/loop/fd_watch.h"
#include "common/loop/timer.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace openclaw::ipc {

// Why a link ended.
struct LinkEnd {
    bool misbehaved = false; // the peer broke the contract; otherwise it closed or died
    std::string reason;
};

struct LinkCounters {
    std::uint64_t frames_in = 0, frames_out = 0, bytes_in = 0, bytes_out = 0, late_replies = 0;
    std::size_t waiting_frames = 0, waiting_bytes = 0; // in the outbox now
    Instant last_in{};
};

// One frame that passed, for whoever watches a link. Never its content.
struct FramePassed {
    bool is_outgoing = false; // from this end; noted when it is handed over, not when it has left
    wire::Frame::BodyCase body = wire::Frame::BODY_NOT_SET;
    std::uint64_t id = 0, re = 0;
    std::size_t bytes = 0, fds = 0;
    std::string trace;
};

// What a conversation is besides its socket: what a new image of this program needs to go on with
// it (supervisor/handoff).
struct LinkFacts {
    struct Frame {
        std::vector<std::uint8_t> bytes;
        Fds fds;
    };

    Phase phase = Phase::greeting;
    std::uint64_t next_id = 1;
    std::vector<wire::Frame::BodyCase> seen_once;
    std::vector<Frame> outbox; // waits for room in the socket, oldest first
};

class LinkHandler {
  public:
    virtual ~LinkHandler() = default;
    // A permitted frame that is not a reply. `frame` is valid during the call only; descriptors are
    // yours.
    virtual void on_frame(const wire::Frame& frame, Fds fds) = 0;
    // The last call, exactly once, never from inside send() or request().
    virtual void on_closed(const LinkEnd& end) = 0;

    // The outbox has room again after can_send() was false.
    virtual void on_room() {}
};

class Link {
  public:
    using OnReply = std::move_only_function<void(Result<const wire::Frame*>, Fds)>;

    // `self` is this end's side: frames received must be permitted for the other side.
    // `facts`: of the image before this one; such a link is held until go_on().
    Link(Loop& loop, UniqueFd socket, Side self, PermitTable permits, LinkHandler& handler);
    Link(Loop& loop, UniqueFd socket, Side self, PermitTable permits, LinkHandler& handler,
         LinkFacts facts);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    Phase phase() const { return phase_; }

    void enter(Phase phase) { phase_ = phase; } // the owner moves the conversation on

    // One-way. Errors: unavailable (the peer is gone, or our own table does not permit this body in
    // this phase), busy (the outbox is full), invalid (the frame is too large: use a Blob). After
    // an error nothing was sent. Descriptors are duplicated by the kernel.
    Result<void> send(wire::Frame& frame, std::span<const int> fds = {});
    // Answers the request `re`.
    Result<void> reply(std::uint64_t re, wire::Frame& frame, std::span<const int> fds = {});

    // Sends `frame` and calls `done` exactly once: with the reply, or with
    //   timeout      no reply within `deadline` (a late reply is dropped, many replies to nothing
    //                are misbehaviour; a frame with descriptors that has not left by then does not
    //                leave),
    //   unavailable  the peer is gone or the outbox is full (nothing was sent).
    // `done` is never called from inside this function. The reply is valid during the call only.
    void request(wire::Frame& frame, std::span<const int> fds, Milliseconds deadline, OnReply done);

    // False when the outbox is above its limit: the flow should pause until on_room().
    bool can_send() const;
    // Says whose fault it is, closes the socket, and reports through on_closed.
    void misbehaved(std::string reason);

    // Nothing is read, and nothing more written, until go_on(): the socket keeps what comes. Frames
    // sent meanwhile wait in the outbox.
    void hold();
    void go_on();
    // For the next image of this program. Held, please. The descriptors in it survive exec.
    LinkFacts facts() const;

    int socket() const { return socket_.get(); }

    const LinkCounters& counters() const { return counters_; }

    // Told of every frame both ways, until it is replaced; empty: nobody watches, and it costs one
    // comparison for each frame. Must not touch this link.
    using Tap = std::function<void(const FramePassed&)>;

    void watch(Tap tap) { tap_ = std::move(tap); }

    // Overwrites the buffer that frames of this process pass through: after one that carried
    // secrets.
    static void wipe_buffer();

  private:
    struct Waiting {
        std::vector<std::uint8_t> bytes;
        Fds fds;
        std::uint64_t request = 0; // 0: none, or of the image before this one
    };

    // A frame to be sent, serialised.
    struct Outgoing {
        const wire::Frame& frame;
        std::span<const std::uint8_t> bytes;
        std::span<const int> fds;
    };

    struct Pending {
        OnReply done;
        std::unique_ptr<Timer> deadline;
    };

    void read_all();
    bool accept(std::span<const std::uint8_t> bytes, Fds fds); // false: the link ended
    const Permit* permit_for(wire::Frame::BodyCase body, bool from_us) const;
    bool may_answer(std::uint64_t id);
    void settle(std::uint64_t id, Result<const wire::Frame*> outcome, Fds fds);
    Result<void> transmit(const Outgoing& out);
    Result<void> wait_for_room(const Outgoing& out);
    Result<void> queue(const Outgoing& out);
    void withdraw(std::uint64_t request);
    void flush();
    Result<Sent> send_first();
    void drop_first(const Error& why);
    void pop_first();
    void watch_for_room();
    void try_later();
    void end(LinkEnd why);
    void show(const wire::Frame& frame, std::size_t bytes, bool is_outgoing) const;

    Loop& loop_;
    UniqueFd socket_;
    Side self_;
    PermitTable permits_;
    LinkHandler& handler_;
    Phase phase_ = Phase::greeting;
    std::uint64_t next_id_ = 1;
    std::unordered_map<std::uint64_t, Pending> pending_;
    std::uint64_t given_up_ = 0; // requests whose answer may still come, late
    Allowance answers_to_nothing_{100, 100};
    std::deque<Waiting> outbox_;
    std::vector<wire::Frame::BodyCase> seen_once_;
    bool was_full_ = false;
    Timer again_; // what waits is tried again, where nobody tells when it may leave
    Backoff pauses_{Milliseconds(50), Milliseconds(1000)};
    bool is_held_ = false;
    bool ended_ = false;
    LinkCounters counters_;
    Tap tap_;
    std::shared_ptr<bool> alive_; // false once destroyed: deferred calls and read loops look here
    std::unique_ptr<FdWatch> watch_;
};

} // namespace openclaw::ipc
