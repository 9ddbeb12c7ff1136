// view/directory.h — the answer of channels.directory as a table. Pure.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>

namespace openclaw::cli {

std::string directory_view(json::View directory, const Look& look);
// What the list leaves out, and why; empty: nothing.
std::string directory_note(json::View directory);

} // namespace openclaw::cli
