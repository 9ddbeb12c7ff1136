// supervisor/roster.h — the configuration as a list of wanted workers. Knows kinds by their rows,
// never by name.
#pragma once

#include "common/config/config.h"
#include "supervisor/process/wanted.h"

#include <vector>

namespace openclaw {

// Egress first, then the agent: they are needed by every other. A channel account that is switched
// off, or has a problem, is not wanted.
std::vector<process::WantedWorker> roster(const config::Config& config);

} // namespace openclaw
