// cli/config_source.h — the configuration file that this command line means, ready to be loaded or
// edited.
#pragma once

#include "cli/context.h"
#include "common/config/config.h"

namespace openclaw::cli {

config::LoadOptions config_source(const Context& context);

} // namespace openclaw::cli
