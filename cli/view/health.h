// cli/view/health.h — the health snapshot as lines (CLI.md 8.2): how the whole is and who is not
// well, each process, each account, then the gateway's own. Pure.
#pragma once

#include "cli/view/look.h"
#include "common/json/read.h"

#include <string>

namespace openclaw::cli {

std::string health_view(json::View health, const Look& look);
std::string event_loop_words(json::View loop); // "ok max=23ms p99=23ms util=0.007 cpu=0.011"

} // namespace openclaw::cli
