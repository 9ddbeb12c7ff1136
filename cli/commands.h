// cli/commands.h — every command family, listed. main shows what the program is made of; nothing
// registers itself.
#pragma once

#include "cli/context.h"

namespace openclaw::cli {

void add_gateway(Command& root, const Context& context); // gateway …: its process, and its service
void add_daemon(Command& root, const Context& context);  // daemon (as gateway …), restart
void add_status(Command& root, const Context& context);  // status, health
void add_channels(Command& root, const Context& context); // channels status|list|capabilities|add|…
void add_directory(Command& root, const Context& context); // directory self|peers|groups
void add_workers(Command& root, const Context& context);   // workers [list], show, restart, logs
void add_sessions(Command& root, const Context& context);  // sessions [list]
void add_agent(Command& root, const Context& context);     // agent
void add_message(Command& root, const Context& context);   // message send|react|edit|…
void add_logs(Command& root, const Context& context);      // logs
void add_config(Command& root, const Context& context);    // config file|get|set|unset|validate
void add_pairing(Command& root, const Context& context);   // pairing list|approve
void add_devices(Command& root, const Context& context);   // devices list|approve|reject|…
void add_doctor(Command& root, const Context& context);    // doctor
void add_explain(Command& root, const Context& context);   // explain

} // namespace openclaw::cli
