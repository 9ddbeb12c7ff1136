// cli/view/explain.h — the life of one message across the processes, step by step. Pure. Reads
// messages.explain.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>

namespace openclaw::cli {

std::string explain_view(json::View story, const Look& look);

} // namespace openclaw::cli
