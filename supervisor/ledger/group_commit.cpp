// The write side of the store: what gathers, goes, comes back, and is tried again.
#include "common/base/strings.h"
#include "common/log/log.h"
#include "supervisor/ledger/store_state.h"

namespace openclaw::ledger {

namespace {

constexpr int fold_when_idle = 1000; // pages of the log: SQLite's own default
constexpr int fold_anyway = 4000;    // 16 MiB: do not let it grow under load without end

Error closing_error() {
    return {.code = Code::unavailable, .sentence = "the ledger is closing: nothing more is kept"};
}

} // namespace

void Store::State::submit(Unit unit) {
    if (closing) return refuse(std::move(unit), closing_error());
    if (queue.size() >= options.max_waiting * (unit.is_note() ? 2 : 1)) {
        return refuse(std::move(unit),
                      {.code = Code::busy,
                       .sentence = "too much waits for the disk; try again in a moment",
                       .retryable = true});
    }
    unit.number = ++last_number;
    if (!unit.is_note()) ++waiting_commits;
    queue.push_back(std::move(unit));
    schedule();
}

void Store::State::refuse(Unit unit, Error why) {
    if (unit.is_note() && ++counters.lost_notes % 1000 == 1)
        log::warn("ledger.note_lost", {{"error", why.sentence}, {"lost", counters.lost_notes}});
    loop.defer([self = shared_from_this(), unit = std::move(unit), why = std::move(why)]() mutable {
        if (!self->abandoned) self->answer(unit, Failure(std::move(why)));
    });
}

void Store::State::schedule() {
    if (writer_busy || queue.empty()) return;
    if (has_waiting_commit() || closing) return launch_later();
    if (!degraded.empty() || note_timer->is_active()) return; // the retry takes the notes along
    note_timer->start(options.note_delay, [this] { launch(); });
}

void Store::State::launch_later() {
    if (launch_planned) return;
    launch_planned = true;
    loop.defer([weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self || self->abandoned) return;
        self->launch_planned = false;
        self->launch();
    });
}

void Store::State::launch() {
    if (writer_busy || queue.empty()) return;
    note_timer->stop();
    auto units = std::make_shared<std::vector<Unit>>();
    const auto size = std::min(queue.size(), options.max_batch);
    units->reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        if (!queue.front().is_note()) --waiting_commits;
        units->push_back(std::move(queue.front()));
        queue.pop_front();
    }
    writer_busy = true;
    auto outcome = std::make_shared<BatchOutcome>();
    loop.on_pool([self = shared_from_this(), units,
                  outcome] { *outcome = run_batch(*self->file.writer, *units); },
                 [self = shared_from_this(), units, outcome] {
                     if (!self->abandoned) self->on_batch(std::move(*units), std::move(*outcome));
                 });
}

void Store::State::on_batch(std::vector<Unit> units, BatchOutcome outcome) {
    writer_busy = false;
    attempted = std::max(attempted, units.back().number);
    if (outcome.storage_failure) {
        on_refused(units, *outcome.storage_failure);
    } else {
        ++counters.batches;
        if (outcome.is_synced) {
            ++counters.syncs;
            counters.last_sync_us = outcome.took_us;
            durations.add(outcome.took_us);
            sync_timer->stop();
        } else if (!sync_timer->is_active()) {
            sync_timer->start(options.sync_delay, [this] { probe(); });
        }
        on_kept(units, outcome.units);
    }
    if (abandoned) return;
    run_reads();
    if (is_fold_due(outcome.log_pages)) fold();
    if (closing) return finish_close();
    schedule();
}

void Store::State::on_kept(std::vector<Unit>& units, std::vector<Result<void>>& outcomes) {
    retry_timer->stop();
    set_degraded({});
    for (std::size_t i = 0; i < units.size() && !abandoned; ++i) {
        if (units[i].is_note() && !outcomes[i]) {
            ++counters.lost_notes;
            log::warn("ledger.note_failed", {{"error", outcomes[i].error().sentence}});
        }
        answer(units[i], std::move(outcomes[i]));
    }
}

// Commits are told; notes stay at the head of the queue, where they were.
void Store::State::on_refused(std::vector<Unit>& units, const Error& why) {
    for (auto unit = units.rbegin(); unit != units.rend(); ++unit)
        if (unit->is_note() && !closing) queue.push_front(std::move(*unit));
    if (closing) close_outcome = Failure(why);
    plan_probe();
    set_degraded(why.sentence);
    for (auto& unit : units)
        if (!abandoned && (!unit.is_note() || closing)) answer(unit, Failure(why));
}

void Store::State::answer(Unit& unit, Result<void> outcome) {
    if (!outcome && !unit.is_note()) ++counters.failed_units;
    for (auto& write : unit.writes)
        if (write.settled) write.settled(outcome.has_value());
    if (unit.done) unit.done(std::move(outcome));
}

void Store::State::set_degraded(std::string reason) {
    if (reason.empty()) retry_pause = Milliseconds(0);
    if (reason == degraded) return;
    if (reason.empty())
        log::info("ledger.recovered", {{"path", path}});
    else
        log::error("ledger.degraded", {{"reason", reason}});
    degraded = std::move(reason);
    if (health_changed) health_changed();
}

void Store::State::plan_probe() {
    if (retry_timer->is_active()) return; // a commit in between neither hastens nor delays it
    retry_pause = retry_pause.count() == 0 ? options.first_retry
                                           : std::min(retry_pause * 2, options.max_retry);
    const auto jitter = random_below(static_cast<std::uint64_t>(retry_pause.count()) * 2 / 5 + 1);
    retry_timer->start(retry_pause * 4 / 5 + Milliseconds(jitter), [this] { probe(); });
}

// While degraded nobody may be writing, because the flow stops taking work in: so the store asks
// the disk itself.
// And what was only written is synced along when no commit came to do it.
void Store::State::probe() {
    Write write{.apply = [at_ms = loop.clock().unix_ms()](Database* database) {
        return database->run("insert into probe (id, at_ms) values (1, ?) "
                             "on conflict (id) do update set at_ms = excluded.at_ms",
                             at_ms);
    }};
    queue.push_back(
        {.writes = writes(std::move(write)), .done = [](Result<void>) {}, .number = ++last_number});
    ++waiting_commits;
    launch();
}

// Counts what came since the last time: while somebody reads for long, the log cannot begin anew.
bool Store::State::is_fold_due(int log_pages) {
    if (log_pages < folded_pages) folded_pages = 0; // it began anew
    const int fresh = log_pages - folded_pages;
    if (fresh < (queue.empty() ? fold_when_idle : fold_anyway)) return false;
    folded_pages = log_pages;
    return true;
}

// Not inside a commit, where somebody waits for it. A failure is no harm: the log stays and is
// folded later.
void Store::State::fold() {
    if (writer_busy) return;
    writer_busy = true;
    ++counters.checkpoints;
    auto outcome = std::make_shared<Result<void>>();
    loop.on_pool(
        [self = shared_from_this(), outcome] {
            *outcome = self->file.writer->checkpoint(Database::Fold::what_is_possible);
        },
        [self = shared_from_this(), outcome] {
            if (self->abandoned) return;
            if (!*outcome) log::warn("ledger.fold_failed", {{"error", outcome->error().sentence}});
            self->writer_busy = false;
            if (self->closing) return self->finish_close();
            self->schedule();
            self->run_reads();
        });
}

} // namespace openclaw::ledger
