// cli/command/gateway_status.h — `openclaw gateway status`: service, configuration, port and
// process, seen from outside.
//
// Works with the gateway down and with a broken configuration: exit 0 then too, unless
// --require-rpc.
#pragma once

#include "cli/context.h"

namespace openclaw::cli {

void add_gateway_status(Command& gateway, const Context& context);

} // namespace openclaw::cli
