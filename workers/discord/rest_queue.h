// discord/rest_queue.h — which request may leave next: urgent ones first, none before its bucket
// has room.
//
// Requests of one bucket and priority leave in the order they came. A request whose bucket is used
// up waits without holding up others. Turns run from an alarm, never from inside a call. Bounded.
#pragma once

#include "common/loop/alarm.h"
#include "workers/discord/api.h"
#include "workers/discord/buckets.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace openclaw::discord {

class RestQueue {
  public:
    using Ticket = std::pair<Priority, std::uint64_t>; // its place in the queue
    enum class Fate { leaves, is_dropped, comes_back };
    using Turn = std::move_only_function<void(Fate)>;

    struct Job {
        Route route;
        bool rather_never = false;
        bool comes_back = false; // when its limit wants more than `short_wait`
        Turn turn;
    };

    static constexpr std::size_t most_waiting = 2000;
    static constexpr Milliseconds short_wait = std::chrono::seconds(1);

    RestQueue(const Clock& clock, AlarmMaker& alarms);

    // The turn runs once: with `leaves` the request is on its way until settle(); with `is_dropped`
    // it is over (it was rather never than late, or too many wait); with `comes_back` it is over,
    // too, and may leave after time_until_free().
    Ticket submit(Priority priority, Job job);
    // The same request again, at the place it had.
    void submit_again(Ticket ticket, Job job);
    void withdraw(Ticket ticket);
    // The answer came, or none will.
    void settle(const Route& route, const RateFacts& facts);
    void refuse(const Route& route, const RateRefusal& refusal); // before settle()
    void hold(const std::string& name, Milliseconds left); // of an earlier life: Buckets::hold

    Milliseconds time_until_free(const Route& route) const;

    std::size_t waiting() const { return jobs_.size(); }

  private:
    void pump();
    std::optional<Fate> fate_of(const Job& job, std::optional<Instant> free_at,
                                bool is_behind_another) const;
    void sweep();

    const Clock& clock_;
    Buckets buckets_;
    std::map<Ticket, Job> jobs_;
    std::uint64_t last_number_ = 0;
    Instant next_sweep_;
    std::unique_ptr<Alarm> alarm_;
};

} // namespace openclaw::discord
