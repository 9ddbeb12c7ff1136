// ledger/write.h — one change to the ledger, as a value that is carried out later, off the loop.
//
// Tables (inbox, outbox, sessions, …) make Writes; the flow gathers the Writes that belong together
// into one unit and hands it to Store::commit: all of them happen, or none.
//
//   store.commit(writes(transcripts.append(id, question), transcripts.append(id, answer),
//                       sessions.put(session), inbox.settle(key, InboxState::done, ""),
//                       outbox.add(reply)),
//                [this](Result<void> kept) { … });
#pragma once

#include "common/base/result.h"

#include <functional>
#include <utility>
#include <vector>

namespace openclaw::ledger {

class Database;

struct Write {
    // Runs on libuv's pool with a database that is never null. Owns all it needs and touches
    // nothing of the loop's, except answers behind a shared_ptr that the loop does not read before
    // the unit is done. May run more than once: an attempt that met a full disk left nothing
    // behind.
    std::move_only_function<Result<void>(Database*)> apply;
    // Runs on the loop, before the unit's `done`: true when the change is on disk, false when it
    // never will be. For memory that mirrors the table. May be empty.
    std::move_only_function<void(bool kept)> settled = nullptr;
};

using Writes = std::vector<Write>;

// An initializer list cannot hold what only moves.
template <class... Parts>
Writes writes(Parts&&... parts) {
    Writes unit;
    unit.reserve(sizeof...(parts));
    (unit.push_back(std::forward<Parts>(parts)), ...);
    return unit;
}

} // namespace openclaw::ledger
