#include "supervisor/ledger/batch.h"

#include <algorithm>
#include <chrono>

namespace openclaw::ledger {

namespace {

Result<void> run_unit(Database& database, Unit& unit) {
    TRY_VOID(database.run("savepoint unit"));
    for (auto& write : unit.writes) {
        auto applied = write.apply(&database);
        if (applied) continue;
        // After some storage failures SQLite has rolled everything back already, the savepoint
        // included.
        if (!database.storage_failure()) {
            TRY_VOID(database.run("rollback to unit"));
            TRY_VOID(database.run("release unit"));
        }
        return applied;
    }
    return database.run("release unit");
}

// Notes do not ask for a sync; when there is nothing else they get one, as they came to be kept.
bool wants_sync(const std::vector<Unit>& units) {
    const auto asks = [](const Unit& unit) {
        return !unit.is_note() && unit.kept == Kept::over_a_power_cut;
    };
    return std::ranges::any_of(units, asks) || std::ranges::all_of(units, &Unit::is_note);
}

// An error here ends the batch; errors of single units are in `outcome.units`.
Result<void> carry_out(Database& database, std::vector<Unit>& units, BatchOutcome& outcome) {
    outcome.is_synced = wants_sync(units);
    TRY_VOID(database.sync_commits(outcome.is_synced));
    TRY_VOID(database.run("begin immediate"));
    for (auto& unit : units) {
        outcome.units.push_back(run_unit(database, unit));
        if (const auto& failure = database.storage_failure()) return Failure(*failure);
    }
    return database.run("commit");
}

// After some failures SQLite has undone everything by itself.
void undo(Database& database, BatchOutcome& outcome) {
    if (!database.in_transaction()) return;
    if (auto undone = database.run("rollback"); !undone)
        outcome.storage_failure = std::move(undone).error();
}

} // namespace

BatchOutcome run_batch(Database& database, std::vector<Unit>& units) {
    BatchOutcome outcome;
    outcome.units.reserve(units.size());
    const auto begun = std::chrono::steady_clock::now();
    database.forget_storage_failure();
    if (auto kept = carry_out(database, units, outcome); !kept) {
        outcome.storage_failure = std::move(kept).error();
        undo(database, outcome);
    }
    const auto took = std::chrono::steady_clock::now() - begun;
    outcome.took_us = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    outcome.log_pages = database.log_pages();
    return outcome;
}

} // namespace openclaw::ledger
