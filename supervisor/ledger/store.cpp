#include "supervisor/ledger/store.h"

#include "common/base/check.h"
#include "supervisor/ledger/store_state.h"

namespace openclaw::ledger {

namespace {

constexpr std::size_t reads_at_once = 16; // in one visit to the pool

} // namespace

void Store::State::run_reads() {
    if (reader_busy || reads.empty()) return;
    if (reads.front().after > attempted)
        return launch_later(); // also when only notes wait: the reader does not
    auto ready = std::make_shared<std::vector<Read>>();
    while (!reads.empty() && ready->size() < reads_at_once && reads.front().after <= attempted) {
        ready->push_back(std::move(reads.front()));
        reads.pop_front();
    }
    reader_busy = true;
    counters.reads += ready->size();
    loop.on_pool(
        [self = shared_from_this(), ready] {
            for (auto& read : *ready)
                read.query(self->file.reader.get());
        },
        [self = shared_from_this(), ready] {
            self->reader_busy = false;
            for (auto& read : *ready)
                if (!self->abandoned) read.done();
            if (self->abandoned) return;
            self->run_reads();
            if (self->closing) self->finish_close();
        });
}

void Store::State::finish_close() {
    if (!closed || writer_busy || reader_busy) return;
    if (!queue.empty()) return launch_later();
    if (!reads.empty()) return run_reads();
    writer_busy = reader_busy = true;
    note_timer->stop();
    retry_timer->stop();
    sync_timer->stop();
    loop.on_pool([self = shared_from_this()] { self->let_go(); },
                 [self = shared_from_this()] {
                     self->file.lock.reset();
                     auto done = std::move(self->closed);
                     self->closed = nullptr;
                     if (!self->abandoned) done(std::move(self->close_outcome));
                 });
}

void Store::State::let_go() {
    file.reader.reset();
    if (auto folded = file.writer->checkpoint(Database::Fold::everything); !folded && close_outcome)
        close_outcome = Failure(std::move(folded).error());
    file.writer.reset(); // removes the log: the sign of a clean end
}

Result<std::unique_ptr<Store>> Store::open(Loop& loop, const std::string& path,
                                           StoreOptions options) {
    auto file = TRY(open_file(path, options.check_below));
    return std::unique_ptr<Store>(
        new Store(std::make_shared<State>(loop, path, options, std::move(file))));
}

Store::Store(std::shared_ptr<State> state)
    : state_(std::move(state)) {}

Store::~Store() {
    state_->abandoned = true;
    state_->note_timer.reset();
    state_->retry_timer.reset();
    state_->sync_timer.reset();
    state_->queue.clear();
    state_->reads.clear();
}

void Store::commit(Writes unit, Done done) {
    ++state_->counters.units;
    state_->submit({.writes = std::move(unit), .done = std::move(done)});
}

void Store::mark(Writes unit, Done done) {
    ++state_->counters.marks;
    state_->submit(
        {.writes = std::move(unit), .done = std::move(done), .kept = Kept::over_our_death});
}

void Store::note(Writes unit) {
    ++state_->counters.notes;
    state_->submit({.writes = std::move(unit), .done = nullptr});
}

void Store::read_erased(std::move_only_function<void(Database*)> query, Task done) {
    if (state_->closing) return state_->loop.defer(std::move(done)); // the answer says so already
    state_->reads.push_back(
        {.query = std::move(query), .done = std::move(done), .after = state_->last_number});
    state_->run_reads();
}

bool Store::can_accept() const {
    return !state_->closing && state_->queue.size() < state_->options.max_waiting;
}

const std::string& Store::degraded() const {
    return state_->degraded;
}

void Store::on_health_change(std::move_only_function<void()> changed) {
    state_->health_changed = std::move(changed);
}

void Store::check(Done done) {
    read<bool>(
        [path = state_->path](Database* database) -> Result<bool> {
            TRY_VOID(check_integrity(*database, path));
            return true;
        },
        [done = std::move(done)](Result<bool> outcome) mutable {
            if (outcome)
                done({});
            else
                done(Failure(std::move(outcome).error()));
        });
}

void Store::close(Done done) {
    CHECK_INVARIANT(!state_->closing);
    state_->closing = true;
    state_->closed = std::move(done);
    state_->loop.defer([weak = std::weak_ptr(state_)] {
        if (const auto state = weak.lock(); state && !state->abandoned) state->finish_close();
    });
}

StoreCounters Store::counters() const {
    auto counters = state_->counters;
    counters.p99_sync_us = state_->durations.p99();
    counters.waiting = state_->queue.size();
    return counters;
}

const std::string& Store::path() const {
    return state_->path;
}

bool Store::was_unclean() const {
    return state_->file.was_unclean;
}

Database* Store::at_start() {
    CHECK_INVARIANT(!state_->writer_busy && state_->last_number == 0);
    return state_->file.writer.get();
}

} // namespace openclaw::ledger
