#include "supervisor/ledger/ledger.h"

namespace openclaw::ledger {

Result<std::unique_ptr<Ledger>> Ledger::open(Loop& loop, const LedgerOptions& options) {
    const Clock& clock = options.clock != nullptr ? *options.clock : loop.clock();
    auto store = TRY(Store::open(loop, options.path, options.store));
    auto boots = TRY(Boots::begin(*store, clock, options.build, options.machine_boot));
    auto files = TRY(Files::begin(*store, clock));
    auto sessions = TRY(Sessions::load(*store, clock));
    auto pairings = TRY(Pairings::load(*store, clock));
    auto devices = TRY(Devices::load(*store, clock));
    auto worker_state = TRY(WorkerState::load(*store));
    auto cron = TRY(CronBook::load(*store));
    Store& at = *store;
    return std::unique_ptr<Ledger>(new Ledger{
        .store = std::move(store),
        .boots = std::move(boots),
        .inbox = Inbox(at, clock, options.inbox),
        .outbox = Outbox(at, clock, options.outbox),
        .files = files,
        .sessions = std::move(sessions),
        .transcripts = Transcripts(at, clock),
        .reports = TranscriptReports(at),
        .pairings = std::move(pairings),
        .devices = std::move(devices),
        .worker_state = std::move(worker_state),
        .cron = std::move(cron),
    });
}

void Ledger::close(Store::Done done) {
    store->note(boots.end());
    store->close(std::move(done));
}

} // namespace openclaw::ledger
