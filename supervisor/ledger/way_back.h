// ledger/way_back.h — after a program that was tried and gave up: the ledger as it was before.
//
// A newer program migrates the file when it opens it, and keeps a copy of the earlier schema beside
// it first. It accepts nothing before it serves, and one that serves does not give up: so the copy
// holds everything.
#pragma once

#include "common/base/result.h"

#include <string>

namespace openclaw::ledger {

// Nothing happens when the file has the schema of this program, or an earlier one. Errors: invalid
// (a newer one, and no copy), unavailable (the disk).
Result<void> take_back(const std::string& path);

} // namespace openclaw::ledger
