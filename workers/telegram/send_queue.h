// telegram/send_queue.h — who may send next: one call at a time in each chat, within the pace,
// urgent things first.
//
// A job waits until its chat is free and the pace allows; then its turn runs, which makes one call
// and ends with finish() when the answer is there. So nothing in a chat overtakes: the last edit of
// a preview is over before the final text goes out. Chats take turns. A 429 holds the chat (two
// chats within a second: everything) for as long as the server says. Knows nothing of messages.
// Bounded by what its users have accepted.
#pragma once

#include "common/loop/alarm.h"
#include "workers/telegram/pace.h"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace openclaw::telegram {

// Highest first.
enum class Priority : std::uint8_t {
    answer,   // of a pressed button: a person waits
    final,    // whole messages
    preview,  // counts against the pace like a message, but leaves room for one
    cosmetic, // deletions, reactions: not counted as messages of the chat
};

class SendQueue {
  public:
    using Turn = std::move_only_function<void()>;
    enum class Used { yes, no }; // was a call made?

    SendQueue(const Clock& clock, AlarmMaker& alarms, PaceRules rules);

    // `turn` runs once, later or from inside this call; then the chat is taken until finish(). A
    // turn that has become pointless meanwhile ends at once with finish(chat, Used::no).
    void submit(const std::string& chat, Priority priority, Turn turn);
    void finish(const std::string& chat, Used used);

    // The server said 429 to a call of this chat. Call before finish().
    void hold(const std::string& chat, Milliseconds retry_after);
    // The same, for what was left of it when an earlier process died: nobody is told.
    void hold_on(const std::string& chat, Milliseconds left);
    bool is_held(const std::string& chat) const;

    // Told of every hold().
    void on_hold(std::function<void(const std::string& chat, Milliseconds how_long)> tell) {
        on_hold_ = std::move(tell);
    }

    std::size_t waiting() const { return waiting_jobs_; }

    std::size_t in_flight() const { return in_flight_; }

  private:
    static constexpr std::size_t priorities = 4;

    struct Lane { // one chat

        Lane(const PaceRules& rules, bool is_group)
            : chat(rules.chat)
            , group(is_group ? rules.group : Limit{}) {}

        Window chat;
        Window group;
        Instant held_until{};
        bool busy = false;
        Priority running = Priority::final;
        std::array<std::deque<Turn>, priorities> jobs;
        std::uint64_t last_turn = 0; // for taking turns

        bool has_jobs() const;
    };

    struct Candidate {
        Lane* lane = nullptr;
        Priority priority = Priority::final;
    };

    Lane& lane_of(const std::string& chat);
    Instant free_at(const Lane& lane, Priority priority, Instant now) const;
    void want(Lane& lane);
    void pump();
    std::optional<Candidate> next_candidate() const;
    void start(Candidate candidate);
    void plan_wake();
    void sweep();

    const Clock& clock_;
    PaceRules rules_;
    Window bot_;
    Instant all_held_until_{};
    Instant last_hold_{};
    std::string last_held_chat_;
    std::unordered_map<std::string, std::unique_ptr<Lane>> lanes_;
    std::vector<Lane*> wanting_; // lanes with jobs that are not busy
    std::uint64_t turns_ = 0;
    std::size_t waiting_jobs_ = 0;
    std::size_t in_flight_ = 0;
    bool pumping_ = false;
    Instant next_sweep_{};
    std::function<void(const std::string&, Milliseconds)> on_hold_;
    std::unique_ptr<Alarm> alarm_;
};

// Groups and channels have negative ids (TELEGRAM.md 1).
inline bool is_group_id(const std::string& chat) {
    return chat.starts_with('-');
}

} // namespace openclaw::telegram
