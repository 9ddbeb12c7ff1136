// ledger/ledger.h — the whole ledger in one piece: the store and its tables. Opened by main, kept
// by Standing.
//
//   auto ledger = Ledger::open(loop, {.path = state + "/state/gateway-native.sqlite"});
//   ledger->store->commit(writes(ledger->inbox.record(row, found)), …);
#pragma once

#include "supervisor/ledger/boots.h"
#include "supervisor/ledger/cron.h"
#include "supervisor/ledger/devices.h"
#include "supervisor/ledger/files.h"
#include "supervisor/ledger/inbox.h"
#include "supervisor/ledger/outbox.h"
#include "supervisor/ledger/pairings.h"
#include "supervisor/ledger/sessions.h"
#include "supervisor/ledger/store.h"
#include "supervisor/ledger/transcript_reports.h"
#include "supervisor/ledger/transcripts.h"
#include "supervisor/ledger/worker_state.h"

#include <memory>
#include <string>

namespace openclaw::ledger {

struct LedgerOptions {
    std::string path;
    std::string build;            // shown in boot records
    const Clock* clock = nullptr; // null: the loop's
    std::string machine_boot = this_machine_boot();
    StoreOptions store;
    InboxOptions inbox;
    OutboxOptions outbox;
};

struct Ledger {
    static Result<std::unique_ptr<Ledger>> open(Loop& loop, const LedgerOptions& options);

    // Marks the end as clean, keeps all that waits, lets go of the file.
    void close(Store::Done done);

    std::unique_ptr<Store> store; // first in, last out: the tables refer to it
    Boots boots;
    Inbox inbox;
    Outbox outbox;
    Files files;
    Sessions sessions;
    Transcripts transcripts;
    TranscriptReports reports;
    Pairings pairings;
    Devices devices;
    WorkerState worker_state;
    CronBook cron;
};

} // namespace openclaw::ledger
