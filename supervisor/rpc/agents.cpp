#include "supervisor/rpc/agents.h"

#include "common/json/write.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/models.h"

#include <array>

namespace openclaw::rpc {

namespace {

constexpr std::string_view default_name = "Assistant", default_avatar = "A";

void write_identity(json::Writer& out, const config::Identity& identity) {
    const bool is_empty = identity.name.empty() && identity.theme.empty() &&
                          identity.emoji.empty() && identity.avatar.empty();
    if (is_empty) return;
    out.key("identity").begin_object();
    for (const auto& [key, value] :
         {std::pair<std::string_view, const std::string&>{"name", identity.name},
          {"theme", identity.theme},
          {"emoji", identity.emoji},
          {"avatar", identity.avatar}})
        if (!value.empty()) out.member(key, value);
    out.end_object();
}

void write_model(json::Writer& out, const config::ModelChoice& choice) {
    out.key("model").begin_object();
    out.member("primary", choice.primary.empty() ? "builtin/echo" : choice.primary);
    if (!choice.fallbacks.empty()) {
        out.key("fallbacks").begin_array();
        for (const auto& fallback : choice.fallbacks)
            out.value(fallback);
        out.end_array();
    }
    out.end_object();
}

void write_agent(json::Writer& out, const config::Agent& agent, const GatewayFacts& facts) {
    out.begin_object().member("id", agent.id);
    if (!agent.name.empty()) out.member("name", agent.name);
    write_identity(out, agent.identity);
    out.member("workspace", workspace_of(agent, facts)).key("agentRuntime").begin_object();
    out.member("id", "auto").member("cloudPlacementSupported", false);
    out.member("devicePlacementSupported", false).member("source", "implicit").end_object();
    write_thinking(out);
    out.key("thinkingOptions").begin_array().value("off").end_array();
    out.member("thinkingDefault", "off");
    write_model(out, facts.agents.model_of(agent));
    out.end_object();
}

void list(Call& call, const GatewayFacts& facts) {
    const auto& agents = facts.agents;
    json::Writer out;
    out.begin_object().member("defaultId", agents.default_id);
    out.member("ownership", agents.entries.size() > 1 ? "explicit" : "sole")
        .member("selectionRequired", agents.default_id.empty())
        .member("mainKey", "main")
        .member("scope", "per-sender");
    out.key("agents").begin_array();
    for (const auto& [id, agent] : agents.entries)
        write_agent(out, agent, facts);
    call.reply.ok(out.end_array().end_object().text());
}

void identity(Call& call, const GatewayFacts& facts) {
    std::string id(call.params["agentId"].text());
    if (id.empty()) id = policy::agent_of(call.params["sessionKey"].text());
    if (id.empty()) id = facts.agents.default_id;
    const auto* agent = facts.agents.find(id);
    if (agent == nullptr) return call.reply.fail(unknown_agent(id));
    const std::string& written = agent->identity.name.empty() ? agent->name : agent->identity.name;
    json::Writer out;
    out.begin_object().member("agentId", id);
    out.member("name", written.empty() ? default_name : std::string_view(written));
    out.member("nameSource", written.empty() ? "default" : "config");
    const std::string& avatar = agent->identity.avatar;
    out.member("avatar", avatar.empty() ? default_avatar : std::string_view(avatar));
    if (!agent->identity.emoji.empty()) out.member("emoji", agent->identity.emoji);
    call.reply.ok(out.end_object().text());
}

constexpr std::array identity_params = {text("agentId"), text("sessionKey")};

} // namespace

std::string workspace_of(const config::Agent& agent, const GatewayFacts& facts) {
    if (!agent.workspace.empty()) return agent.workspace;
    const std::string& shared = facts.agents.defaults.workspace;
    return shared.empty() ? facts.workspace : shared;
}

WireError unknown_agent(std::string_view id) {
    return invalid_request("Agent \"" + std::string(id) + "\" no longer exists in configuration");
}

void add_agents(MethodTable& table, const GatewayFacts& facts) {
    table.add({.name = "agents.list",
               .scope = policy::scope::read,
               .handler = [&facts](Call& call) { list(call, facts); }});
    table.add({.name = "agent.identity.get",
               .scope = policy::scope::read,
               .params = identity_params,
               .handler = [&facts](Call& call) { identity(call, facts); }});
}

} // namespace openclaw::rpc
