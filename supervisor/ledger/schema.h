// ledger/schema.h — the shape of the file, as numbered steps forward. There is no way back; a copy
// is kept instead.
#pragma once

#include "supervisor/ledger/database.h"

#include <span>
#include <string>

namespace openclaw::ledger {

// Brings the file from version `to` - 1 to version `to`.
struct Migration {
    int to;
    const char* statements;
};

std::span<const Migration> schema(); // 1, 2, … without gaps

// Makes sure that the file is ours, puts it into its mode, and applies the missing steps in one
// transaction. A file that holds data is first copied to
// "<path>.schema-<version>.bak". Returns the version found (0: a new file).
// Errors: invalid (a newer version, or not a ledger at all), and what the disk says.
Result<int> migrate(Database& database, const std::string& path, std::span<const Migration> steps);

} // namespace openclaw::ledger
