#include "common/config/finish.h"

#include "common/base/strings.h"

#include <algorithm>
#include <initializer_list>

namespace openclaw::config {

namespace {

std::string_view text_at(const Node& root, std::initializer_list<std::string_view> path) {
    const Node* node = &root;
    for (const auto key : path) {
        node = node->find(key);
        if (node == nullptr) return {};
    }
    return node->is_string() ? std::string_view(node->text) : std::string_view();
}

std::string choose_default_agent(const Agents& agents, const Node& root) {
    for (const auto& [id, agent] : agents.entries)
        if (agent.is_default) return id;
    if (agents.entries.size() == 1) return agents.entries.begin()->first;
    std::string owner = to_lower(text_at(root, {"agents", "defaults", "systemAgent", "agentId"}));
    if (agents.entries.contains(owner)) return owner;
    if (agents.entries.contains("main")) return "main";
    return "";
}

void finish_agents(Config& config, const Node& root, const std::string& home) {
    std::map<std::string, Agent> entries;
    for (auto& [key, agent] : config.agents.entries) {
        agent.id = to_lower(trim(key));
        agent.workspace = expand_home(agent.workspace, home);
        entries.emplace(agent.id, std::move(agent));
    }
    if (entries.empty()) entries["main"].id = "main";
    config.agents.entries = std::move(entries);
    config.agents.defaults.workspace = expand_home(config.agents.defaults.workspace, home);
    config.agents.default_id = choose_default_agent(config.agents, root);
    const bool is_explicit = text_at(root, {"agents", "ownership"}) == "explicit";
    config.agents.answers_unbound = config.agents.entries.size() == 1 || !is_explicit;
}

void finish_bindings(Config& config) {
    std::erase_if(config.bindings, [](const Binding& binding) { return binding.type != "route"; });
    for (Binding& binding : config.bindings)
        binding.agent_id = to_lower(binding.agent_id);
}

// "fake-provider" → FAKE_PROVIDER_API_KEY (OPS.md 3).
std::string key_variable(std::string_view provider) {
    std::string name;
    for (const char c : provider) {
        const bool is_letter = (c >= 'a' && c <= 'z');
        const bool stays = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        name += is_letter ? static_cast<char>(c - 32) : stays ? c : '_';
    }
    return name + "_API_KEY";
}

void finish_models(Config& config, const Environment& environment) {
    for (auto& [id, provider] : config.models.providers) {
        provider.id = id;
        if (!provider.api_key.empty() || !provider.problem.empty()) continue;
        if (auto key = variable(environment, key_variable(id)))
            provider.api_key = Secret(std::move(*key));
    }
}

// OPS.md 4: config, then environment; both secrets without a mode are a contradiction.
void finish_auth(GatewayAuth& auth, const Node& root, const Environment& environment,
                 Report& report) {
    if (!auth.mode && !auth.token.empty() && !auth.password.empty()) {
        report.errors.push_back({.path = "gateway.auth",
                                 .place = root.find("gateway")->find("auth")->place,
                                 .message = "gateway.auth.token and gateway.auth.password are both "
                                            "configured, but gateway.auth.mode is unset",
                                 .remedy = "set gateway.auth.mode to token or password"});
    }
    const bool has_either = !auth.token.empty() || !auth.password.empty();
    if (auth.token.empty() && (auth.mode || !has_either))
        auth.token = Secret(variable(environment, "OPENCLAW_GATEWAY_TOKEN").value_or(""));
    if (auth.password.empty() && (auth.mode || !has_either))
        auth.password = Secret(variable(environment, "OPENCLAW_GATEWAY_PASSWORD").value_or(""));
    if (!auth.mode && !auth.token.empty() && !auth.password.empty())
        auth.password.wipe(); // both from the environment: the token
}

void check_bind(const Gateway& gateway, const Node& root, Report& report) {
    if (gateway.bind != Gateway::Bind::custom || !gateway.custom_bind_host.empty()) return;
    report.errors.push_back({.path = "gateway.bind",
                             .place = root.find("gateway")->find("bind")->place,
                             .message = "bind \"custom\" needs an address",
                             .remedy = "set gateway.customBindHost to an IPv4 address"});
}

// The original knows three levels more than ours: the nearest of ours stands in.
void finish_level(std::string& level) {
    if (level == "trace") level = "debug";
    if (level == "fatal" || level == "silent") level = "error";
}

} // namespace

void finish(Config& config, const Node& root, const Environment& environment,
            const std::string& home, Report& report) {
    finish_agents(config, root, home);
    finish_bindings(config);
    finish_models(config, environment);
    finish_auth(config.gateway.auth, root, environment, report);
    check_bind(config.gateway, root, report);
    finish_level(config.logging.level);
    finish_level(config.logging.console_level);
    config.logging.file = expand_home(config.logging.file, home);
}

const ChannelAccount* Config::find_channel(std::string_view channel,
                                           std::string_view account_id) const {
    const auto is_it = [&](const ChannelAccount& account) {
        if (account.channel != channel) return false;
        return account_id.empty() ? account.is_default : account.account_id == account_id;
    };
    const auto found = std::ranges::find_if(channels, is_it);
    return found == channels.end() ? nullptr : &*found;
}

std::pair<std::string_view, std::string_view> split_model(std::string_view reference) {
    const auto slash = reference.find('/');
    if (slash == std::string_view::npos) return {{}, reference};
    return {reference.substr(0, slash), reference.substr(slash + 1)};
}

} // namespace openclaw::config
