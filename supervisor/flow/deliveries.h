// flow/deliveries.h — every answer that is owed, from its record to its fate.
//
// The mail rule: an answer is on disk before it is handed to a worker (owe, then release when the
// unit is kept). What happens next is decided by what is known when a worker or we die
// (TELEGRAM.md 7.1, BEHAVIOUR.md B6):
//
//   never handed over, or handed over and not dispatched   sent again, no mark
//   finishes a preview by an edit                           sent again: edits are idempotent
//   dispatched, no receipt                                  sent once more with `maybe_duplicate`,
//   or never,
//                                                           as the row's retry class says
//   past its expiry                                         failed, "expired"
//
// Parts that have a receipt are never sent again. At most `max_in_hand` answers are with one worker
// at a time; the rest wait here and on disk. Lives as long as the loop.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/flow/rooms.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace openclaw::flow {

class Deliveries {
  public:
    using OnSettled = std::move_only_function<void(const ledger::OutboxRow&)>;

    explicit Deliveries(Rooms& rooms);
    ~Deliveries();

    // Takes the row in and makes the write that records it. Nothing leaves before release(). A row
    // with `markdown` empty is a preview: its text comes with finish_stream().
    ledger::Write owe(ledger::OutboxRow row);
    // The unit with the write above is on disk.
    void release(const std::string& action_id);
    // The same for a row that began as a preview; without effect once its final text is being
    // recorded.
    void release_preview(const std::string& action_id);
    // The unit was refused by the disk: nothing is owed.
    void forget(const std::string& action_id);
    // Called once, when the answer is sent, failed or unknown. At once when nothing is known of it.
    void on_settled(const std::string& action_id, OnSettled tell);

    // The final text of a row that began as a preview: record it, then release() again.
    ledger::Writes finish_stream(const std::string& action_id, std::string markdown, bool notice,
                                 std::int64_t expires_at_ms);

    bool is_known(const std::string& action_id) const { return by_action_.contains(action_id); }

    const ledger::OutboxRow* row(const std::string& action_id) const;
    // The newest text of a run that lasts; dropped when the worker cannot take it now.
    void show(const std::string& action_id, std::string_view markdown);
    // The run was stopped: remove what was shown and close the row.
    void cancel_stream(const std::string& action_id, std::string_view why);

    // Rows found unfinished at start. Previews without a final text wait for their run to come
    // again.
    void recover(std::vector<ledger::OutboxRow> rows);

    // From the switchboard. on_delivery: false when the worker speaks of an answer that is not its
    // own.
    bool on_delivery(const std::string& worker, const wire::Delivery& delivery);
    void on_worker_ready(const std::string& worker);
    // An answer that was alone in the hands of a worker that died of itself, twice, is not tried
    // again.
    void on_worker_down(const std::string& worker, process::Whose whose);
    void on_room(const std::string& worker);

    std::size_t waiting_count() const { return by_action_.size(); }

    std::size_t owed_by(const std::string& worker) const; // waiting for it or in its hands
    std::size_t in_hand_count() const; // with a worker now: worth a moment's patience when stopping

  private:
    struct Delivery;

    struct Line {                        // of one worker
        std::set<std::uint64_t> waiting; // places in the table, oldest first
        std::size_t in_hand = 0;
        bool holds_suspect = false; // in hand, and alone: its worker died under it before
    };

    using Table = std::map<std::uint64_t, std::unique_ptr<Delivery>>; // in the order they came

    Delivery* find(const std::string& action_id) const;
    void push(const std::string& worker);
    bool may_hand_over(const Delivery& delivery);
    static bool has_free_hand(const Line& line, const Delivery& delivery);
    void hand_over(Delivery& delivery);
    void record_then_hand_over(Delivery& delivery);
    void on_part_sent(Delivery& delivery, const wire::Delivery& report);
    void acknowledge(const std::string& worker, const std::string& action_id, std::uint32_t part);
    void on_failed(Delivery& delivery, const wire::Delivery& report);
    void on_unknown(Delivery& delivery, std::string_view why);
    void try_later(Delivery& delivery, Milliseconds pause, std::string code, std::string why);
    void settle(Delivery& delivery, ledger::OutboxState state, std::string code = {},
                std::string why = {}, ledger::Writes unit = {});
    void wait_in_line(Delivery& delivery);
    void plan_sweep(const Delivery& delivery);
    void plan_at(std::int64_t at_ms);
    void sweep();

    Rooms& rooms_;
    Table table_;
    std::unordered_map<std::string, std::uint64_t> by_action_;
    std::unordered_map<std::string, Line> lines_;
    std::uint64_t next_ = 1;
    Timer sweep_timer_; // the earliest moment at which something expires or is due again
    std::int64_t next_sweep_ms_ = 0; // 0: none planned
};

} // namespace openclaw::flow
