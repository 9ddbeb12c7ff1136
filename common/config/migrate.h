// config/migrate.h — older spellings of the original, understood as the newer ones (CONFIG.md 3.2).
//
// Works on the tree in memory; the file is not touched. Each change is a Note, so that the operator
// learns the new name.
#pragma once

#include "common/config/document.h"

#include <vector>

namespace openclaw::config {

void migrate(Node& root, std::vector<Note>& notes);

} // namespace openclaw::config
