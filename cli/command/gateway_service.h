// cli/command/gateway_service.h — `openclaw gateway install|uninstall|start|stop|restart`, the same
// under `openclaw daemon`, and `openclaw restart` (CLI.md 5.2-5.5, 5.7).
//
// The service of a profile is a systemd unit. Every command is idempotent: what is so already is
// success. Where no systemd answers they say so and what else starts a gateway; start, stop and
// restart then work on the gateway of this state directory that runs in the foreground.
#pragma once

#include "cli/context.h"
#include "cli/service/outcome.h"

namespace openclaw::cli {

void add_gateway_install(Command& group, const Context& context);
void add_gateway_start_stop(Command& group, const Context& context);
void add_gateway_restart(Command& group, const Context& context);

// Whether the gateway of this state directory answers on its control socket before the deadline.
bool answers_within(const Context& context, Milliseconds within);

} // namespace openclaw::cli
