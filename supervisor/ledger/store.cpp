#include "supervisor/ledger/store.h"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/log/log.h"
#include "common/loop/timer.h"
#include "supervisor/ledger/batch.h"
#include "supervisor/ledger/opening.h"

#include <algorithm>
#include <array>
#include <deque>

namespace openclaw::ledger {

namespace {

constexpr std::size_t reads_at_once = 16; // in one visit to the pool
constexpr int fold_when_idle = 1000;      // pages of the log: SQLite's own default
constexpr int fold_anyway = 4000;         // 32 MiB: do not let it grow under load without end

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

Error closing_error() {
    return {.code = Code::unavailable, .sentence = "the ledger is closing: nothing more is kept"};
}

} // namespace

// Lives as long as the Store or a visit to the pool. `abandoned` means that the Store is gone: what
// comes back from the pool is dropped.
struct Store::State : std::enable_shared_from_this<Store::State> {
    State(Loop& on_loop, std::string where, StoreOptions with, OpenFile opened)
        : loop(on_loop)
        , path(std::move(where))
        , options(with)
        , file(std::move(opened))
        , note_timer(std::make_unique<Timer>(on_loop))
        , retry_timer(std::make_unique<Timer>(on_loop)) {}

    ~State() {
        if (file.reader) file.reader->abandon();
        if (file.writer) file.writer->abandon();
    }

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
    std::move_only_function<void()> health_changed;

    bool closing = false;
    bool abandoned = false;
    Result<void> close_outcome;
    Done closed;

    int folded_pages = 0; // of the log, when it was last folded
    StoreCounters counters;
    Durations durations;
};

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
        counters.last_sync_us = outcome.took_us;
        ++counters.syncs;
        durations.add(outcome.took_us);
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
    loop.on_pool(
        [self = shared_from_this()] {
            (void)self->file.writer->checkpoint(Database::Fold::what_is_possible);
        },
        [self = shared_from_this()] {
            if (self->abandoned) return;
            self->writer_busy = false;
            if (self->closing) return self->finish_close();
            self->schedule();
            self->run_reads();
        });
}

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
    state_->queue.clear();
    state_->reads.clear();
}

void Store::commit(Writes unit, Done done) {
    ++state_->counters.units;
    state_->submit({.writes = std::move(unit), .done = std::move(done)});
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
