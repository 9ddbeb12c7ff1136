// cli/view/sessions.h — conversations: where, how old, which model, how much of it. Pure. Reads
// sessions.list.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>

namespace openclaw::cli {

std::string sessions_view(json::View list, const Look& look);
std::string sessions_table(json::View list, const Look& look); // empty when there is none

} // namespace openclaw::cli
