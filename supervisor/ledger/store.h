// ledger/store.h — the file in which the supervisor remembers, and the only way to change it.
//
// Contract:
//  - commit() answers when the unit is on disk, never before. Units submitted in one turn of the
//  loop share one sync
//    (group commit); one batch is in flight at a time and the next gathers behind it.
//  - mark() answers when the unit is written: a death of this process does not take it back any
//  more, a power cut may (and then everything later with it). It costs no sync.
//  - A unit is all or nothing. A failing unit does not hurt the others of its batch.
//  - Writes take effect in the order in which they were submitted, commits and notes alike. A read
//  sees every write
//    submitted before it.
//  - Answers (`done`) run on the loop, never from inside the call, and in order of submission; only
//  refusals (busy,
//    closing) come earlier.
//  - Disk full or broken: what waits fails with Code::unavailable and nothing of it was kept; notes
//  stay and are tried
//    again; degraded() says why until a write succeeds.
// Does not know what is stored; the tables do. Lives on one Loop, which must outlive it. Destroying
// a Store without close() is like a crash: what was answered is on disk, the rest is not. Contract
// for operators: docs/ledger.md. Tests: tests/unit/supervisor/ledger/store_test.cpp.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/loop/loop.h"
#include "supervisor/ledger/write.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace openclaw::ledger {

struct StoreOptions {
    std::size_t max_waiting = 4096; // units; commit() refuses above it
    std::size_t max_batch = 1024;   // units in one transaction
    Milliseconds note_delay{50};    // how long a note may wait for company
    Milliseconds sync_delay{1000};  // how long a mark may stay unsynced when no commit comes
    Milliseconds first_retry{100};  // after a failed disk, doubling …
    Milliseconds max_retry{10'000}; // … up to this, ±20 %
    std::uint64_t check_below =
        16u << 20; // after an unclean end, files up to this size are checked when opened
};

struct StoreCounters {
    std::uint64_t units = 0;        // asked for with commit()
    std::uint64_t marks = 0;        // asked for with mark()
    std::uint64_t notes = 0;        // asked for with note()
    std::uint64_t failed_units = 0; // answered with an error
    std::uint64_t lost_notes = 0; // notes refused because too many waited, or failing by themselves
    std::uint64_t batches = 0;    // transactions
    std::uint64_t syncs = 0;      // of them with a sync
    std::uint64_t reads = 0;
    std::uint64_t checkpoints = 0;
    std::uint64_t last_sync_us = 0; // one batch, from begin to synced
    std::uint64_t p99_sync_us = 0;  // of the last 512 batches
    std::size_t waiting = 0;        // units and notes, now
};

class Store {
  public:
    using Done = std::move_only_function<void(Result<void>)>;

    // Creates directories (0700) and the file (0600), takes the lock, migrates forward (a copy is
    // kept beside the file first) and, after an unclean end, checks the file. Blocks for some
    // milliseconds: for start-up only. Errors: denied (not writable), busy (another process has it;
    // its pid is in the sentence), invalid (written by a newer version), corrupt (damaged; the
    // sentence says what to do), unavailable (disk full).
    static Result<std::unique_ptr<Store>> open(Loop& loop, const std::string& path,
                                               StoreOptions options = {});
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // Keeps `unit`, all of it or nothing, and calls `done` once: with success when it is on disk,
    // or with
    //   unavailable  the disk refused or the store is closing: nothing was kept,
    //   busy         too many units wait: nothing was kept,
    //   what the unit itself returned.
    void commit(Writes unit, Done done);
    // The same without the sync: for what a power cut may undo because the reader asks whether one
    // happened (Boots::machine_went_down).
    void mark(Writes unit, Done done);
    // The same without an answer: rides along with the next commit, or goes by itself after a short
    // delay.
    void note(Writes unit);

    void note(Write write) { note(writes(std::move(write))); }

    // Runs `query` on the pool against what is on disk, every earlier write included, and `done` on
    // the loop.
    template <class T>
    void read(std::move_only_function<Result<T>(Database*)> query,
              std::move_only_function<void(Result<T>)> done);

    // False above the limit: stop taking work in until it is true again.
    bool can_accept() const;
    // Why nothing can be kept at present; empty when all is well.
    const std::string& degraded() const;
    // Called on the loop whenever degraded() has changed.
    void on_health_change(std::move_only_function<void()> changed);
    // A full integrity check of the file, on the pool. Error: corrupt.
    void check(Done done);

    // Keeps all that waits, folds the log into the file, marks the end as clean, lets go of the
    // file, then `done`. Commits after this call fail.
    void close(Done done);

    StoreCounters counters() const;
    const std::string& path() const;
    bool was_unclean() const; // the process before this one did not close the store

    // For the tables, while the program starts and nothing is in flight: runs at once, on the
    // calling thread.
    Database* at_start();

  private:
    struct State;
    explicit Store(std::shared_ptr<State> state);
    void read_erased(std::move_only_function<void(Database*)> query, Task done);

    std::shared_ptr<State> state_; // shared with the batch in flight on the pool
};

template <class T>
void Store::read(std::move_only_function<Result<T>(Database*)> query,
                 std::move_only_function<void(Result<T>)> done) {
    auto answer = std::make_shared<Result<T>>(fail(Code::unavailable, "the ledger is closed"));
    read_erased([query = std::move(query),
                 answer](Database* database) mutable { *answer = query(database); },
                [done = std::move(done), answer]() mutable { done(std::move(*answer)); });
}

} // namespace openclaw::ledger
