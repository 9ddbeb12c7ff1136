// ledger/files.h — the bytes of files that ride with what is recorded, by who owns them: a message
// of the inbox, an answer of the outbox, a client's run.
//
// Inbox::record and Outbox::add keep them in their row's unit, and settle() and finish() drop them
// in theirs: accepted means on disk with its files, finished means gone. A client's run does not
// outlive the gateway, so what such a run left behind goes at the next start. Other leftovers (of a
// parked message) go with the tombstones of their age.
#pragma once

#include "common/base/attached_file.h"
#include "common/base/clock.h"
#include "supervisor/ledger/store.h"

#include <memory>
#include <string>
#include <vector>

namespace openclaw::ledger {

struct InboxKey;

// Shared with the write that is on its way to the disk. Null: none.
using SharedFiles = std::shared_ptr<const AttachedFiles>;

std::string files_of(const InboxKey& key); // the owner's name
std::string files_of_action(const std::string& action_id);
std::string files_of_run(const std::string& run_id); // of a client

class Files {
  public:
    // Drops what client's runs left behind.
    static Result<Files> begin(Store& store, const Clock& clock);

    // Does nothing when the owner has files already.
    Write add(std::string owner, SharedFiles files);
    Write drop(std::string owner);

    struct Loaded {
        AttachedFiles files;
        std::vector<std::string> left_out; // names, of what one message may not carry any more
    };

    using OnFiles = std::move_only_function<void(Result<Loaded>)>;
    // Those of all `owners`, in order. Error: corrupt, when one of them has none.
    void load(std::vector<std::string> owners, OnFiles done);

  private:
    Files(Store& store, const Clock& clock)
        : store_(&store)
        , clock_(&clock) {}

    Store* store_;
    const Clock* clock_;
};

// For the tables, inside their writes.
Result<void> insert_files(Database& database, const std::string& owner, const SharedFiles& files,
                          std::int64_t now_ms);
Result<void> delete_files(Database& database, const std::string& owner);
Result<void> prune_files(Database& database, std::int64_t before_ms); // a few at a time

} // namespace openclaw::ledger
