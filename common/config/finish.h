// config/finish.h — what follows from the values once they are read: names made canonical, defaults
// chosen, the environment asked for what the file leaves out, contradictions between keys found.
#pragma once

#include "common/config/config.h"
#include "common/config/fields.h"

namespace openclaw::config {

void finish(Config& config, const Node& root, const Environment& environment,
            const std::string& home, Report& report);

} // namespace openclaw::config
