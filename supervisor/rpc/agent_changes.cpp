// agents.create, agents.update, agents.delete: the same file as config.patch, in smaller words.
#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/config_changes.h"
#include "supervisor/rpc/models.h"

#include <array>
#include <optional>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_id = 64;

// "Fair Wind" → "fair-wind"
std::string id_from(std::string_view name) {
    std::string id;
    for (const char c : to_lower(trim(name))) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (is_plain)
            id += c;
        else if (!id.empty() && id.back() != '-')
            id += '-';
    }
    while (id.ends_with('-'))
        id.pop_back();
    return id.substr(0, max_id);
}

// Agents that nobody wrote down ("main" alone) are written with the first one that is, and the
// default stays the default.
std::string patch_with_all(const std::string& id, std::string_view entry_json,
                           const config::Agents& agents) {
    json::Writer out;
    out.begin_object().key("agents").begin_object().key("entries").begin_object();
    for (const auto& [known, agent] : agents.entries) {
        out.key(known).begin_object();
        if (known == agents.default_id && known != "main") out.member("default", true);
        out.end_object();
    }
    return out.raw_member(id, entry_json).end_object().end_object().end_object().take();
}

// {"agents":{"entries":{"<id>":<entry>}}}; null removes.
std::string patch_for(const std::string& id, std::string_view entry_json) {
    json::Writer out;
    out.begin_object().key("agents").begin_object().key("entries").begin_object();
    return out.raw_member(id, entry_json).end_object().end_object().end_object().take();
}

// The members of an entry that the call names.
std::string entry_from(json::View params) {
    json::Writer out;
    out.begin_object();
    for (const auto* name : {"name", "workspace"})
        if (const auto value = params[name].text(); !value.empty()) out.member(name, value);
    if (const auto model = params["model"]; model.is_null())
        out.key("model").null();
    else if (!model.text().empty())
        out.member("model", model.text());
    if (params["emoji"] || params["avatar"]) {
        out.key("identity").begin_object();
        for (const auto* name : {"emoji", "avatar"})
            if (params[name]) out.member(name, params[name].text());
        out.end_object();
    }
    return out.end_object().take();
}

std::optional<WireError> wrong_model(json::View params, const GatewayFacts& facts) {
    const auto model = params["model"].text();
    if (model.empty() || is_known_model(model, facts)) return std::nullopt;
    return unknown_model(model);
}

void create(Call& call, const ConfigParts& parts) {
    const std::string name(trim(call.params["name"].text())), id = id_from(name);
    if (id.empty()) return call.reply.fail(invalid_request("the name needs a letter or a digit"));
    if (parts.facts.agents.find(id) != nullptr)
        return call.reply.fail(invalid_request("agent \"" + id + "\" already exists"));
    if (const auto wrong = wrong_model(call.params, parts.facts)) return call.reply.fail(*wrong);
    std::string model(call.params["model"].text());
    ConfigChange change{.raw = patch_with_all(id, entry_from(call.params), parts.facts.agents)};
    change_config(call.reply, std::move(change), parts,
                  [reply = call.reply, id, name, parts, model](const ConfigChanged&) {
                      const auto* agent = parts.facts.agents.find(id);
                      json::Writer out;
                      out.begin_object().member("ok", true).member("agentId", id);
                      out.member("name", name)
                          .member("workspace", agent != nullptr ? workspace_of(*agent, parts.facts)
                                                                : parts.facts.workspace);
                      if (!model.empty()) out.member("model", model);
                      reply.ok(out.end_object().text());
                  });
}

void update(Call& call, const ConfigParts& parts) {
    const std::string id(call.params["agentId"].text());
    if (parts.facts.agents.find(id) == nullptr) return call.reply.fail(unknown_agent(id));
    if (const auto wrong = wrong_model(call.params, parts.facts)) return call.reply.fail(*wrong);
    ConfigChange change{.raw = patch_for(id, entry_from(call.params))};
    change_config(call.reply, std::move(change), parts,
                  [reply = call.reply, id](const ConfigChanged&) {
                      json::Writer out;
                      out.begin_object().member("ok", true).member("agentId", id);
                      reply.ok(out.end_object().text());
                  });
}

// Its workspace and its sessions stay where they are.
void remove(Call& call, const ConfigParts& parts) {
    const std::string id(call.params["agentId"].text());
    if (parts.facts.agents.find(id) == nullptr) return call.reply.fail(unknown_agent(id));
    if (id == parts.facts.agents.default_id)
        return call.reply.fail(
            invalid_request("\"" + id + "\" is the default agent and cannot be deleted"));
    if (call.params["deleteFiles"].boolean())
        return call.reply.fail(
            invalid_request("this build does not delete workspaces; leave deleteFiles out"));
    change_config(call.reply, {.raw = patch_for(id, "null")}, parts,
                  [reply = call.reply, id](const ConfigChanged&) {
                      json::Writer out;
                      out.begin_object().member("ok", true).member("agentId", id);
                      reply.ok(out.member("removedBindings", 0).end_object().text());
                  });
}

constexpr std::array create_params = {required_text("name", 1, 200), text("workspace"),
                                      text("model"), text("emoji"), text("avatar")};
constexpr std::array update_params = {
    required_text("agentId"),
    text("name", 1, 200),
    text("workspace"),
    Field{.name = "model", .kind = Kind::string, .nullable = true},
    text("emoji"),
    text("avatar")};
constexpr std::array delete_params = {required_text("agentId"), flag("deleteFiles")};

} // namespace

void add_agent_changes(MethodTable& table, ConfigParts parts) {
    struct Row {
        std::string_view name;
        std::span<const Field> params;
        void (*act)(Call&, const ConfigParts&);
    };

    static constexpr std::array<Row, 3> rows = {{
        {"agents.create", create_params, create},
        {"agents.update", update_params, update},
        {"agents.delete", delete_params, remove},
    }};
    for (const auto& row : rows)
        table.add({.name = row.name,
                   .scope = policy::scope::admin,
                   .params = row.params,
                   .is_rationed = true,
                   .handler = [parts, act = row.act](Call& call) { act(call, parts); }});
}

} // namespace openclaw::rpc
