// rpc/config_changes.h — changing the configuration file: config.set, .patch, .apply, and the
// agents in it: agents.create, .update, .delete; and config.schema, .schema.lookup.
//
// Writes need the hash of what was read, pass the same checks as the command line's, and are told
// to everybody as config.changed. What changed without a restart is in force when the answer goes
// out; "reload" in the answer says whether the rest needs one.
#pragma once

#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/sources.h"

namespace openclaw::rpc {

struct ConfigParts {
    ChangeConfig change;
    Events& events;
    const GatewayFacts& facts;
    const Clock& clock;
};

void add_config_changes(MethodTable& table, ConfigParts parts);
void add_agent_changes(MethodTable& table, ConfigParts parts);
void add_config_schema(MethodTable& table, const Clock& clock);

// {"ok":true,…}: what follows a change, whoever asked for it.
using OnChanged = std::move_only_function<void(const ConfigChanged& changed)>;
void change_config(const Reply& reply, ConfigChange change, const ConfigParts& parts,
                   OnChanged then);

} // namespace openclaw::rpc
