#include "supervisor/rpc/exec_file.h"

#include "common/json/write.h"
#include "supervisor/rpc/exec_pattern.h"

#include <algorithm>
#include <array>
#include <utility>

namespace openclaw::rpc {

namespace {

struct Word {
    std::string_view name;
    std::string ExecPolicy::*member;
    std::array<std::string_view, 3> allowed;
    std::string_view by_default;
};

constexpr std::array<Word, 3> words = {{
    {"security", &ExecPolicy::security, {"deny", "allowlist", "full"}, "full"},
    {"ask", &ExecPolicy::ask, {"off", "on-miss", "always"}, "off"},
    {"askFallback", &ExecPolicy::ask_fallback, {"deny", "allowlist", "full"}, "deny"},
}};

Result<ExecPolicy> policy_from(json::View from) {
    ExecPolicy policy;
    for (const auto& word : words) {
        const auto value = from[word.name].text();
        if (!value.empty() && std::ranges::find(word.allowed, value) == word.allowed.end())
            return fail(Code::invalid,
                        std::string(word.name) + " cannot be \"" + std::string(value) + "\"");
        policy.*word.member = value;
    }
    if (const auto skills = from["autoAllowSkills"]) policy.auto_allow_skills = skills.boolean();
    return policy;
}

void write_policy(json::Writer& out, const ExecPolicy& policy) {
    for (const auto& word : words)
        if (!(policy.*word.member).empty()) out.member(word.name, policy.*word.member);
    if (policy.auto_allow_skills) out.member("autoAllowSkills", *policy.auto_allow_skills);
}

Result<AllowedCommand> allowed_from(json::View from) {
    const auto expression = from["argPattern"].text();
    if (!expression.empty()) TRY_VOID(check_argument_pattern(expression));
    return AllowedCommand{.id = std::string(from["id"].text()),
                          .pattern = std::string(from["pattern"].text()),
                          .source = std::string(from["source"].text()),
                          .command = std::string(from["commandText"].text()),
                          .argument_pattern = std::string(expression),
                          .last_command = std::string(from["lastUsedCommand"].text()),
                          .last_place = std::string(from["lastResolvedPath"].text()),
                          .last_used_ms = from["lastUsedAt"].integer()};
}

void write_allowed(json::Writer& out, const AllowedCommand& allowed) {
    out.begin_object();
    if (!allowed.id.empty()) out.member("id", allowed.id);
    out.member("pattern", allowed.pattern);
    if (!allowed.source.empty()) out.member("source", allowed.source);
    if (!allowed.command.empty()) out.member("commandText", allowed.command);
    if (!allowed.argument_pattern.empty()) out.member("argPattern", allowed.argument_pattern);
    if (allowed.last_used_ms > 0) out.member("lastUsedAt", allowed.last_used_ms);
    if (!allowed.last_command.empty()) out.member("lastUsedCommand", allowed.last_command);
    if (!allowed.last_place.empty()) out.member("lastResolvedPath", allowed.last_place);
    out.end_object();
}

Result<AgentRules> rules_from(json::View from) {
    AgentRules rules{.policy = TRY(policy_from(from)), .allowed = {}};
    if (from["mcpTools"].size() > 0)
        return fail(Code::invalid, "mcpTools: this build has no such tools");
    std::optional<Error> wrong;
    from["allowlist"].each_element([&](json::View entry) {
        auto allowed = allowed_from(entry);
        if (!allowed) return wrong = allowed.error(), false;
        rules.allowed.push_back(std::move(*allowed));
        return true;
    });
    if (wrong) return Failure(*wrong);
    if (rules.allowed.size() > ExecFile::max_allowed)
        return fail(Code::invalid, "an agent's allowlist has 100 entries at most");
    return rules;
}

void fill(ExecPolicy& policy, const ExecPolicy& wider) {
    for (const auto& word : words)
        if ((policy.*word.member).empty()) policy.*word.member = wider.*word.member;
    if (!policy.auto_allow_skills) policy.auto_allow_skills = wider.auto_allow_skills;
}

} // namespace

Result<ExecFile> exec_file_from(json::View from) {
    if (from["version"].integer() != 1) return fail(Code::invalid, "version must be 1");
    if (from["socket"]["token"])
        return fail(Code::invalid, "socket.token: this build has no socket for approvals");
    ExecFile file{.defaults = TRY(policy_from(from["defaults"])), .agents = {}};
    std::optional<Error> wrong;
    from["agents"].each_member([&](std::string_view id, json::View agent) {
        auto rules = rules_from(agent);
        if (!rules) return wrong = rules.error(), false;
        file.agents[std::string(id)] = std::move(*rules);
        return true;
    });
    if (wrong) return Failure(*wrong);
    if (file.agents.size() > ExecFile::max_agents)
        return fail(Code::invalid, "there can be rules for 64 agents at most");
    return file;
}

std::string to_json(const ExecFile& file) {
    json::Writer out;
    out.begin_object().member("version", 1).key("defaults").begin_object();
    write_policy(out, file.defaults);
    out.end_object().key("agents").begin_object();
    for (const auto& [id, rules] : file.agents) {
        out.key(id).begin_object();
        write_policy(out, rules.policy);
        if (!rules.allowed.empty()) {
            out.key("allowlist").begin_array();
            for (const auto& allowed : rules.allowed)
                write_allowed(out, allowed);
            out.end_array();
        }
        out.end_object();
    }
    return out.end_object().end_object().take();
}

ExecPolicy resolved(const ExecFile& file, std::string_view agent_id) {
    ExecPolicy policy;
    for (const auto id : {agent_id, std::string_view("*")})
        if (const auto rules = file.agents.find(std::string(id)); rules != file.agents.end())
            fill(policy, rules->second.policy);
    fill(policy, file.defaults);
    ExecPolicy last{.auto_allow_skills = false};
    for (const auto& word : words)
        last.*word.member = word.by_default;
    fill(policy, last);
    return policy;
}

} // namespace openclaw::rpc
