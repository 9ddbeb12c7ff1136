// policy/routing.h — which agent answers? First match wins, in this order (CONFIG.md 6,
// BEHAVIOUR.md A2): the topic's own agent, exact peer, parent peer, any peer of the kind, guild
// with roles, guild, team, account, any account, the default agent. A fleet without a default agent
// and without a match answers nobody.
#pragma once

#include "common/base/result.h"
#include "common/config/agents.h"
#include "supervisor/policy/facts.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::policy {

struct Route {
    std::string agent_id;
    std::string_view matched; // "topic", "peer", "parent", "any_peer", "guild", "team", "account",
                              // "channel", "default"
    std::optional<config::DmScope> dm_scope; // of the binding that matched
    std::optional<config::GroupScope> group_scope;
};

// `room_agent`: Room::agent_id. Error not_found: nothing matches and there is no default agent, or
// the agent that matches is not configured.
Result<Route> route(const Facts& facts, std::string_view room_agent,
                    std::span<const config::Binding> bindings, const config::Agents& agents);

} // namespace openclaw::policy
