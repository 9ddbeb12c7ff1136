// ledger/opening.h — everything that happens before the store can be used: place, lock, schema,
// check.
#pragma once

#include "common/base/unique_fd.h"
#include "supervisor/ledger/database.h"

#include <cstdint>
#include <memory>
#include <string>

namespace openclaw::ledger {

struct OpenFile {
    UniqueFd lock; // closed last
    std::unique_ptr<Database> writer;
    std::unique_ptr<Database> reader;
    bool was_unclean = false;
};

// Blocks for some milliseconds. `check_below`: after an unclean end, files up to this size are
// checked.
Result<OpenFile> open_file(const std::string& path, std::uint64_t check_below);

// Error: corrupt, with SQLite's first findings.
Result<void> check_integrity(Database& database, const std::string& path);

} // namespace openclaw::ledger
