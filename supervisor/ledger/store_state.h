// ledger/store_state.h — the inside of a Store, shared by store.cpp (reads, opening, closing) and
// group_commit.cpp.
#pragma once

#include "common/loop/timer.h"
#include "supervisor/ledger/batch.h"
#include "supervisor/ledger/opening.h"
#include "supervisor/ledger/store.h"

#include <algorithm>
#include <array>
#include <deque>

namespace openclaw::ledger {

struct Read {
    std::move_only_function<void(Database*)> query;
    Task done;
    std::uint64_t after = 0; // sees all units up to this number
};

// Durations of the last batches.
class Durations {
  public:
    void add(std::uint64_t us) { ring_[count_++ % ring_.size()] = us; }

    std::uint64_t p99() const {
        auto sorted = ring_;
        const auto size = std::min(count_, sorted.size());
        if (size == 0) return 0;
        std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(size));
        return sorted[size * 99 / 100];
    }

  private:
    std::array<std::uint64_t, 512> ring_{};
    std::size_t count_ = 0;
};

// Lives as long as the Store or a visit to the pool. `abandoned` means that the Store is gone: what
// comes back from the pool is dropped.
struct Store::State : std::enable_shared_from_this<Store::State> {
    State(Loop& on_loop, std::string where, StoreOptions with, OpenFile opened)
        : loop(on_loop)
        , path(std::move(where))
        , options(with)
        , file(std::move(opened))
        , note_timer(std::make_unique<Timer>(on_loop))
        , retry_timer(std::make_unique<Timer>(on_loop))
        , sync_timer(std::make_unique<Timer>(on_loop)) {}

    ~State() {
        if (file.reader) file.reader->abandon();
        if (file.writer) file.writer->abandon();
    }

    // group_commit.cpp
    void submit(Unit unit);
    void refuse(Unit unit, Error why);
    void schedule();     // what waits goes at the end of this turn, or soon
    void launch_later(); // at the end of this turn
    void launch();
    void on_batch(std::vector<Unit> units, BatchOutcome outcome);
    void on_kept(std::vector<Unit>& units, std::vector<Result<void>>& outcomes);
    void on_refused(std::vector<Unit>& units, const Error& why);
    void answer(Unit& unit, Result<void> outcome);
    void set_degraded(std::string reason);
    void plan_probe();
    void probe();

    bool has_waiting_commit() const { return waiting_commits > 0; }

    bool is_fold_due(int log_pages);
    void fold();
    // store.cpp
    void run_reads();
    void finish_close();
    void let_go();

    Loop& loop;
    const std::string path;
    const StoreOptions options;
    OpenFile file; // used on the pool only, once the program runs

    std::deque<Unit> queue;
    std::size_t waiting_commits = 0; // in the queue
    std::uint64_t last_number = 0;   // submitted
    std::uint64_t attempted = 0;     // carried out, or refused by the disk
    bool writer_busy = false;
    bool launch_planned = false;
    std::unique_ptr<Timer> note_timer;

    std::deque<Read> reads;
    bool reader_busy = false;

    std::string degraded;
    Milliseconds retry_pause{0};
    std::unique_ptr<Timer> retry_timer;
    std::unique_ptr<Timer> sync_timer; // armed while something is written and not synced
    std::move_only_function<void()> health_changed;

    bool closing = false;
    bool abandoned = false;
    Result<void> close_outcome;
    Done closed;

    int folded_pages = 0; // of the log, when it was last folded
    StoreCounters counters;
    Durations durations;
};

} // namespace openclaw::ledger
