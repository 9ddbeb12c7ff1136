#include "supervisor/rpc/models.h"

#include <algorithm>
#include <array>
#include <set>

namespace openclaw::rpc {

namespace {

constexpr std::string_view builtin = "builtin", echo = "echo";

const ShownProvider* find_provider(std::string_view id, const GatewayFacts& facts) {
    const auto found = std::ranges::find(facts.providers, id, &ShownProvider::id);
    return found == facts.providers.end() ? nullptr : &*found;
}

// What agents use, also where their provider lists no models.
std::set<std::string, std::less<>> chosen_models(const GatewayFacts& facts) {
    std::set<std::string, std::less<>> chosen;
    const auto add = [&](const config::ModelChoice& choice) {
        if (!choice.primary.empty()) chosen.insert(choice.primary);
        chosen.insert(choice.fallbacks.begin(), choice.fallbacks.end());
    };
    add(facts.agents.defaults.model);
    for (const auto& [id, agent] : facts.agents.entries)
        add(agent.model);
    if (chosen.empty()) chosen.insert("builtin/echo");
    return chosen;
}

bool is_default(std::string_view reference, const GatewayFacts& facts) {
    const auto* agent = facts.agents.find(facts.agents.default_id);
    const auto& choice =
        agent == nullptr ? facts.agents.defaults.model : facts.agents.model_of(*agent);
    return reference == (choice.primary.empty() ? "builtin/echo" : choice.primary);
}

struct Row {
    std::string_view provider;
    const ShownModel& model;
    bool is_available = true;
};

void write_row(json::Writer& out, const Row& row, const GatewayFacts& facts) {
    const std::string reference = std::string(row.provider) + "/" + row.model.id;
    out.begin_object()
        .member("id", row.model.id)
        .member("name", row.model.name.empty() ? row.model.id : row.model.name)
        .member("provider", row.provider);
    if (row.model.context_window > 0) out.member("contextWindow", row.model.context_window);
    out.member("reasoning", row.model.reasoning);
    if (is_default(reference, facts)) out.key("tags").begin_array().value("default").end_array();
    write_thinking(out);
    out.member("thinkingDefault", "off").member("available", row.is_available);
    if (!row.is_available) out.member("unavailableReason", "missing-auth");
    out.end_object();
}

void auth_status(Call& call, const GatewayFacts& facts, const Clock& clock) {
    json::Writer out;
    out.begin_object().member("ts", clock.unix_ms()).key("providers").begin_array();
    for (const auto& provider : facts.providers) {
        out.begin_object()
            .member("provider", provider.id)
            .member("authProvider", provider.id)
            .member("displayName", provider.id);
        out.member("status", provider.has_key ? "static" : "missing");
        out.key("profiles").begin_array().end_array();
        if (provider.has_key)
            out.key("apiKey").begin_object().member("source", "config").end_object();
        out.end_object();
    }
    out.end_array().key("providerCapabilities").begin_array();
    for (const auto& provider : facts.providers)
        out.begin_object()
            .member("provider", provider.id)
            .member("apiKeySupported", true)
            .member("quickApiKeySetup", false)
            .end_object();
    call.reply.ok(out.end_array().end_object().text());
}

void list(Call& call, const GatewayFacts& facts) {
    if (call.params["preparedOnly"].boolean() && call.params["refresh"].boolean())
        return call.reply.fail(
            invalid_request("invalid models.list params: preparedOnly and refresh exclude each "
                            "other"));
    json::Writer out;
    out.begin_object().key("models");
    write_models(out, facts);
    call.reply.ok(out.end_object().text());
}

constexpr std::array<std::string_view, 4> views = {"default", "configured", "provider-config",
                                                   "all"};
constexpr std::array list_params = {
    text("agentId", 1),
    flag("includeProviderCapabilities"),
    flag("preparedOnly"),
    flag("refresh"),
    Field{.name = "view", .kind = Kind::string, .one_of = views},
    text("sessionKey"),     // the dashboard sends it
    flag("includeDetails"), // the command line sends it
};
constexpr std::array auth_params = {flag("refresh"), text("agentId", 1)};

} // namespace

bool is_known_model(std::string_view reference, const GatewayFacts& facts) {
    const auto [provider, model] = config::split_model(reference);
    if (provider == builtin) return model == echo;
    const auto* known = find_provider(provider, facts);
    if (known == nullptr || model.empty()) return false;
    return known->models.empty() ||
           std::ranges::find(known->models, model, &ShownModel::id) != known->models.end() ||
           chosen_models(facts).contains(reference);
}

WireError unknown_model(std::string_view reference) {
    return invalid_request("model not allowed: " + std::string(reference) +
                           "; models.list names those that are configured");
}

std::expected<ProbeChoice, WireError> model_to_probe(std::string_view provider,
                                                     const GatewayFacts& facts) {
    if (provider == builtin) return ProbeChoice{.model = std::string(echo), .problem = {}};
    const auto* known = find_provider(provider, facts);
    if (known == nullptr)
        return std::unexpected(invalid_request("unknown provider: " + std::string(provider) +
                                               "; models.authStatus names those there are"));
    ProbeChoice choice{.model = {}, .problem = known->problem};
    if (!known->models.empty()) choice.model = known->models.front().id;
    for (const auto& reference : chosen_models(facts))
        if (const auto [owner, model] = config::split_model(reference); owner == provider)
            choice.model = model; // what is in use tells most
    return choice;
}

int context_window_of(std::string_view provider, std::string_view model,
                      const GatewayFacts& facts) {
    const auto* known = find_provider(provider, facts);
    if (known == nullptr) return 0;
    const auto found = std::ranges::find(known->models, model, &ShownModel::id);
    return found == known->models.end() ? 0 : found->context_window;
}

void write_thinking(json::Writer& out) {
    out.key("thinkingLevels").begin_array().begin_object();
    out.member("id", "off").member("label", "off").end_object().end_array();
}

void write_models(json::Writer& out, const GatewayFacts& facts) {
    auto unlisted = chosen_models(facts);
    out.begin_array();
    for (const auto& provider : facts.providers)
        for (const auto& model : provider.models) {
            write_row(
                out,
                {.provider = provider.id, .model = model, .is_available = provider.problem.empty()},
                facts);
            unlisted.erase(provider.id + "/" + model.id);
        }
    for (const auto& reference : unlisted) {
        const auto [provider, id] = config::split_model(reference);
        const auto* known = find_provider(provider, facts);
        const ShownModel model{.id = std::string(id), .name = {}};
        const bool is_available =
            provider == builtin || (known != nullptr && known->problem.empty());
        write_row(out, {.provider = provider, .model = model, .is_available = is_available}, facts);
    }
    out.end_array();
}

void add_models(MethodTable& table, const GatewayFacts& facts, const Clock& clock) {
    table.add({.name = "models.list",
               .scope = policy::scope::read,
               .params = list_params,
               .handler = [&facts](Call& call) { list(call, facts); }});
    table.add({.name = "models.authStatus",
               .scope = policy::scope::read,
               .params = auth_params,
               .handler = [&facts, &clock](Call& call) { auth_status(call, facts, clock); }});
}

} // namespace openclaw::rpc
