// flow/delivery_table.h — what is owed and where it stands: waiting for its worker, or in its
// hands.
//
// A table without opinions: flow/deliveries decides, this keeps the order and the bounds. At most
// `max_in_hand` answers are with one worker at a time. What a worker died under is suspect: it is
// given to the next one alone, so that the guilty one is known and the others are not taken for it,
// and what came later waits for that. Alone means beside answers that rest: the platform holds them
// back, or their worker has lived on with them for `trial`. Nobody waits for an answer that rests.
// Of those whose fate is unknown one is repeated at a time: a second crash then finds one of them
// on its way, not all.
#pragma once

#include "common/base/clock.h"
#include "supervisor/ledger/outbox.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace openclaw::flow {

struct Delivery {
    using OnSettled = std::move_only_function<void(const ledger::OutboxRow&)>;

    ledger::OutboxRow row;
    std::string worker;
    std::uint64_t place = 0;    // order in which they came
    bool is_on_disk = false;    // released
    bool is_stream = false;     // no final text yet
    bool is_in_hand = false;    // the worker has the final text
    bool is_the_repeat = false; // in hand, and takes its worker's one place for repeats
    int deaths = 0;             // workers that died of themselves when it was in hand, at work
    Instant rests_from{};       // in hand: a death of its worker from then on is not laid to it
    // The row's next_try_at_ms and expires_at_ms on the clock that does not jump.
    Instant not_before{}; // Instant{}: at once
    Instant expires_at = Instant::max();
    std::vector<OnSettled> watchers;

    bool rests(Instant now) const { return rests_from <= now; }

    // Its first message stands in the chat: what follows is an edit, which may be repeated.
    bool finishes_by_edit() const { return !row.stream_message_id.empty() && row.receipts.empty(); }
};

// Before an answer is tried again.
inline constexpr Milliseconds longest_pause{60'000};

// From the wall clock, as the row has them: a clock that was set back makes no pause longer than
// any we make, and no life longer than it was meant to be.
void take_times(Delivery& delivery, Instant now, std::int64_t wall_ms);

class DeliveryTable {
  public:
    static constexpr std::size_t max_in_hand = 256;
    // Longer than a worker that hangs is left alive (worker::Limits).
    static constexpr Milliseconds trial = std::chrono::seconds(15);

    Delivery& add(ledger::OutboxRow row);
    Delivery* find(const std::string& action_id) const;
    std::unique_ptr<Delivery> remove(Delivery& delivery);

    void wait(Delivery& delivery);
    void take_in_hand(Delivery& delivery, Instant now);
    void put_down(Delivery& delivery); // without effect when it is not in hand
    // Its worker lived through an attempt at it. It rests until the next one.
    void acquit(Delivery& delivery);

    // The oldest that is due, when its worker may be given it now.
    Delivery* next_for(const std::string& worker, Instant now) const;
    // When it may be, as far as suspicion keeps it back. In the past: it does not.
    Instant next_from(const std::string& worker, Instant now) const;
    // The place of the only one in hand that is at work; 0: there are none, or several.
    std::uint64_t alone_at_work(const std::string& worker, Instant now) const;

    // Places, oldest first; at() is null for one that is gone meanwhile.
    std::vector<std::uint64_t> places() const;
    std::vector<std::uint64_t> places_of(const std::string& worker) const;
    Delivery* at(std::uint64_t place) const;
    std::vector<std::string> workers() const;

    std::size_t size() const { return by_place_.size(); }

    std::size_t owed_by(const std::string& worker) const;
    std::size_t in_hand_count() const;

  private:
    struct Line {                                 // of one worker
        std::set<std::uint64_t> waiting, in_hand; // places
        std::set<std::uint64_t> suspects;         // of those in hand
        bool holds_repeat = false;                // one whose fate was unknown
    };

    const Line& line(const std::string& worker) const;
    Delivery* oldest_due(const Line& line, Instant now) const;
    Instant may_go_from(const Line& line, const Delivery& delivery) const;

    std::map<std::uint64_t, std::unique_ptr<Delivery>> by_place_;
    std::unordered_map<std::string, std::uint64_t> by_action_;
    std::unordered_map<std::string, Line> lines_;
    std::uint64_t next_ = 1;
};

} // namespace openclaw::flow
