#include "supervisor/policy/routing.h"

#include <algorithm>
#include <array>

namespace openclaw::policy {

namespace {

using config::Binding;
using PeerKind = Binding::PeerKind;

bool is_peer_kind(PeerKind wanted, ChatKind kind) {
    switch (wanted) {
    case PeerKind::any:
        return true;
    case PeerKind::direct:
        return kind == ChatKind::direct;
    case PeerKind::group:
        return kind == ChatKind::group;
    case PeerKind::channel:
        return kind == ChatKind::channel;
    }
    return false;
}

// The peer of a direct conversation is the person, elsewhere the room.
const std::string& peer_id(const Facts& facts) {
    return facts.chat_kind == ChatKind::direct ? facts.sender_id : facts.chat_id;
}

bool names_peer(const Binding& binding) {
    return !binding.peer_id.empty() || binding.peer_kind != PeerKind::any;
}

bool names_place(const Binding& binding) {
    return names_peer(binding) || !binding.guild_id.empty() || !binding.team_id.empty();
}

bool is_account(const Binding& binding, const Facts& facts) {
    if (binding.account_id == "*") return true;
    return facts.account == (binding.account_id.empty() ? "default" : binding.account_id);
}

bool is_exact_peer(const Binding& binding, const Facts& facts) {
    if (binding.peer_id.empty() || !is_peer_kind(binding.peer_kind, facts.chat_kind)) return false;
    return binding.peer_id == peer_id(facts) ||
           (!facts.thread_id.empty() &&
            binding.peer_id == facts.chat_id + ":topic:" + facts.thread_id);
}

bool is_parent_peer(const Binding& binding, const Facts& facts) {
    return !facts.parent_chat_id.empty() && binding.peer_id == facts.parent_chat_id;
}

bool is_any_peer(const Binding& binding, const Facts& facts) {
    return names_peer(binding) && (binding.peer_id == "*" || binding.peer_id.empty()) &&
           is_peer_kind(binding.peer_kind, facts.chat_kind);
}

bool is_guild(const Binding& binding, const Facts& facts) {
    return !names_peer(binding) && !binding.guild_id.empty() && binding.guild_id == facts.guild_id;
}

bool is_guild_with_role(const Binding& binding, const Facts& facts) {
    if (!is_guild(binding, facts) || binding.roles.empty()) return false;
    return std::ranges::any_of(binding.roles, [&](const std::string& role) {
        return std::ranges::find(facts.sender_roles, role) != facts.sender_roles.end();
    });
}

bool is_whole_guild(const Binding& binding, const Facts& facts) {
    return is_guild(binding, facts) && binding.roles.empty();
}

bool is_team(const Binding& binding, const Facts& facts) {
    return !names_peer(binding) && !binding.team_id.empty() && binding.team_id == facts.team_id;
}

bool is_whole_account(const Binding& binding, const Facts&) {
    return !names_place(binding) && binding.account_id != "*";
}

bool is_whole_channel(const Binding& binding, const Facts&) {
    return !names_place(binding) && binding.account_id == "*";
}

struct Tier {
    std::string_view name;
    bool (*matches)(const Binding&, const Facts&);
};

constexpr std::array<Tier, 8> tiers = {{
    {"peer", is_exact_peer},
    {"parent", is_parent_peer},
    {"any_peer", is_any_peer},
    {"guild_role", is_guild_with_role},
    {"guild", is_whole_guild},
    {"team", is_team},
    {"account", is_whole_account},
    {"channel", is_whole_channel},
}};

Result<Route> to_agent(std::string_view agent_id, std::string_view matched,
                       const config::Agents& agents) {
    if (agents.find(agent_id) == nullptr)
        return fail(Code::not_found,
                    "Agent \"" + std::string(agent_id) + "\" no longer exists in configuration");
    return Route{
        .agent_id = std::string(agent_id), .matched = matched, .dm_scope = {}, .group_scope = {}};
}

} // namespace

Result<Route> route(const Facts& facts, std::string_view room_agent,
                    std::span<const Binding> bindings, const config::Agents& agents) {
    if (!room_agent.empty()) return to_agent(room_agent, "topic", agents);
    for (const Tier& tier : tiers) {
        for (const Binding& binding : bindings) {
            if (binding.channel != facts.channel || !is_account(binding, facts) ||
                !tier.matches(binding, facts))
                continue;
            Route found = TRY(to_agent(binding.agent_id, tier.name, agents));
            found.dm_scope = binding.dm_scope;
            found.group_scope = binding.group_scope;
            return found;
        }
    }
    if (agents.default_id.empty() || !agents.answers_unbound)
        return fail(Code::not_found, "no binding matches this conversation and no agent answers by "
                                     "default: add a row to bindings");
    return to_agent(agents.default_id, "default", agents);
}

} // namespace openclaw::policy
