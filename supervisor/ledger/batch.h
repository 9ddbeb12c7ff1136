// ledger/batch.h — many units in one transaction: the part of group commit that runs on the pool.
#pragma once

#include "supervisor/ledger/database.h"
#include "supervisor/ledger/write.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace openclaw::ledger {

enum class Kept : std::uint8_t {
    over_a_power_cut, // synced
    over_our_death,   // written
};

// What was handed to commit(), mark() or note() at once.
struct Unit {
    Writes writes;
    std::move_only_function<void(Result<void>)> done; // empty: a note
    std::uint64_t number = 0;                         // order of submission
    Kept kept = Kept::over_a_power_cut;               // of a note: only when no mark takes it along

    bool is_note() const { return !done; }
};

struct BatchOutcome {
    std::vector<Result<void>> units;      // one for each unit, when the batch was kept
    std::optional<Error> storage_failure; // set: nothing of the batch was kept
    std::uint64_t took_us = 0;
    bool is_synced = false;
    int log_pages = 0;
};

// Carries out `units` in order, each in a savepoint of its own, and commits once; with a sync when
// one of them asks for it.
BatchOutcome run_batch(Database& database, std::vector<Unit>& units);

} // namespace openclaw::ledger
