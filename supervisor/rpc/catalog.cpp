#include "supervisor/rpc/catalog.h"

#include "supervisor/policy/commands.h"
#include "supervisor/policy/session_key.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/models.h"

#include <array>

namespace openclaw::rpc {

namespace {

std::string_view category(policy::Command command) {
    switch (command) {
    case policy::Command::start_new:
    case policy::Command::reset:
    case policy::Command::stop:
        return "session";
    case policy::Command::status:
    case policy::Command::help:
    case policy::Command::whoami:
        break;
    }
    return "status";
}

bool takes_text(policy::Command command) {
    return command == policy::Command::start_new || command == policy::Command::reset;
}

void write_commands(json::Writer& out) {
    out.begin_array();
    for (const auto& row : policy::command_rows()) {
        out.begin_object().member("name", row.name).member("nativeName", row.name);
        out.key("textAliases").begin_array().value("/" + std::string(row.name)).end_array();
        out.member("description", row.summary).member("category", category(row.command));
        out.member("source", "native").member("scope", "both");
        out.member("acceptsArgs", takes_text(row.command)).end_object();
    }
    out.end_array();
}

void commands(Call& call) {
    json::Writer out;
    out.begin_object().key("commands");
    write_commands(out);
    call.reply.ok(out.end_object().text());
}

void metadata(Call& call, const GatewayFacts& facts) {
    json::Writer out;
    out.begin_object().key("models");
    write_models(out, facts);
    out.key("commands");
    write_commands(out);
    out.member("swarmEnabled", false).key("accountSelection").begin_object();
    out.member("kind", "automatic").member("label", "Automatic account selection").end_object();
    call.reply.ok(out.member("runtimeSelectionLocked", false).end_object().text());
}

// The agent a call is about: named, or that of its session, or the default one.
const config::Agent* agent_meant(Call& call, const GatewayFacts& facts) {
    std::string id(call.params["agentId"].text());
    if (id.empty()) id = policy::agent_of(call.params["sessionKey"].text());
    if (id.empty()) id = facts.agents.default_id;
    const auto* agent = facts.agents.find(id);
    if (agent == nullptr) call.reply.fail(unknown_agent(id));
    return agent;
}

void tools(Call& call, const GatewayFacts& facts, bool in_effect) {
    const auto* agent = agent_meant(call, facts);
    if (agent == nullptr) return;
    json::Writer out;
    out.begin_object().member("agentId", agent->id);
    if (in_effect)
        out.member("profile", "minimal");
    else
        out.key("profiles")
            .begin_array()
            .begin_object()
            .member("id", "minimal")
            .member("label", "Minimal")
            .end_object()
            .end_array();
    call.reply.ok(out.key("groups").begin_array().end_array().end_object().text());
}

void skills(Call& call, const GatewayFacts& facts) {
    const auto* agent = agent_meant(call, facts);
    if (agent == nullptr) return;
    json::Writer out;
    out.begin_object().member("workspaceDir", workspace_of(*agent, facts));
    out.member("managedSkillsDir", facts.state_directory + "/skills").member("agentId", agent->id);
    call.reply.ok(out.key("skills").begin_array().end_array().end_object().text());
}

void plugins(Call& call) {
    call.reply.ok(R"({"plugins":[],"diagnostics":[],"mutationAllowed":false,"generation":1})");
}

constexpr std::array<std::string_view, 3> command_scopes = {"text", "native", "both"};
constexpr std::array commands_params = {
    text("sessionKey", 1), text("agentId", 1),
    text("provider"),      Field{.name = "scope", .kind = Kind::string, .one_of = command_scopes},
    flag("includeArgs"),
};
constexpr std::array metadata_params = {text("agentId", 1), text("sessionKey")};
constexpr std::array tools_params = {text("agentId", 1), flag("includePlugins")};
constexpr std::array effective_params = {text("agentId", 1), text("sessionKey", 1)};
constexpr std::array skills_params = {text("agentId", 1), text("sessionKey", 1)};

} // namespace

void add_catalog(MethodTable& table, const GatewayFacts& facts) {
    table.add({.name = "commands.list",
               .scope = policy::scope::read,
               .params = commands_params,
               .handler = commands});
    table.add({.name = "chat.metadata",
               .scope = policy::scope::read,
               .params = metadata_params,
               .handler = [&facts](Call& call) { metadata(call, facts); }});
    table.add({.name = "tools.catalog",
               .scope = policy::scope::read,
               .params = tools_params,
               .handler = [&facts](Call& call) { tools(call, facts, false); }});
    table.add({.name = "tools.effective",
               .scope = policy::scope::read,
               .params = effective_params,
               .handler = [&facts](Call& call) { tools(call, facts, true); }});
    table.add({.name = "skills.status",
               .scope = policy::scope::read,
               .params = skills_params,
               .handler = [&facts](Call& call) { skills(call, facts); }});
    table.add({.name = "plugins.list",
               .scope = policy::scope::read,
               .unknown = Unknown::ignored,
               .handler = plugins});
}

} // namespace openclaw::rpc
