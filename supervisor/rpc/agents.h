// rpc/agents.h — agents.list, agent.identity.get, and the files of their workspaces:
// agents.files.*, agents.workspace.*.
//
// Files are read and written on the pool, never outside the workspace: names are checked, links are
// not followed.
#pragma once

#include "common/loop/loop.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/method_table.h"

#include <string>
#include <string_view>

namespace openclaw::rpc {

std::string workspace_of(const config::Agent& agent, const GatewayFacts& facts);
// PROTOCOL.md 13's words.
WireError unknown_agent(std::string_view id);

void add_agents(MethodTable& table, const GatewayFacts& facts);
void add_agent_files(MethodTable& table, Loop& loop, const GatewayFacts& facts);

} // namespace openclaw::rpc
