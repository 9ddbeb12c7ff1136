// ledger/migration_time.h — how long opening a ledger may take, told from its file before it is
// opened: who waits for a start can be asked to wait longer.
//
// A migration copies the whole file and may rewrite each table of it, in one go.
#pragma once

#include "common/base/clock.h"

#include <cstdint>
#include <string>

namespace openclaw::ledger {

// The file and its log; 0: there is none.
std::uint64_t bytes_of(const std::string& path);

// The same when its schema is older than ours, as its header has it; else 0. After an unclean end
// the log may know better: then we wait longer than we have to.
std::uint64_t bytes_to_migrate(const std::string& path);

// Room for `bytes` on a slow disk: a card that writes 10 MB/s and is given everything twice.
Milliseconds time_to_migrate(std::uint64_t bytes);

} // namespace openclaw::ledger
