// rpc/catalog.h — what a person or an agent can use here: commands.list, chat.metadata,
// tools.catalog, tools.effective, skills.status, plugins.list.
//
// Commands come from policy's table. Agents of this build have no tools, skills or plugins.
#pragma once

#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"

namespace openclaw::rpc {

void add_catalog(MethodTable& table, const GatewayFacts& facts);

} // namespace openclaw::rpc
