// cli/command/gateway_upgrade.h — `openclaw gateway upgrade`: another build becomes the running
// gateway, in its process.
//
// Says what happened in the end: the new build serves, or why the one before still does (exit 1).
#pragma once

#include "cli/context.h"

namespace openclaw::cli {

void add_gateway_upgrade(Command& gateway, const Context& context);

} // namespace openclaw::cli
