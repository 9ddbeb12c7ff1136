// models.*: CONFIG.md 6. A provider whose key cannot be found is out of use, with its reason; the
// rest goes on.
#include "common/config/agents.h"
#include "common/config/field_rows.h"
#include "common/config/tables.h"

namespace openclaw::config {

namespace {

void read_api_key(void* target, const Node& node, const std::string& path, const Reading& reading) {
    if (target == nullptr) return;
    auto& provider = *static_cast<Provider*>(target);
    auto key = reading.secrets.resolve(node);
    if (key) return void(provider.api_key = std::move(*key));
    if (key.error().code == Code::invalid && !node.is_object() && !node.is_string())
        return expect(reading, path, node, "a string or a SecretRef");
    provider.problem = key.error().sentence;
    reading.report.warnings.push_back(
        {path, node.place, "the provider is out of use: " + key.error().sentence, ""});
}

// Header values may be secrets too.
void read_headers(void* target, const Node& node, const std::string& path, const Reading& reading) {
    if (!node.is_object()) return expect(reading, path, node, "an object");
    if (target == nullptr) return;
    auto& provider = *static_cast<Provider*>(target);
    for (const Member& header : node.members) {
        const auto value = reading.secrets.resolve(header.value);
        if (value)
            provider.headers[header.key] = value->reveal();
        else
            provider.problem = "header " + header.key + ": " + value.error().sentence;
    }
}

constexpr std::array model_fields = {
    set<&Model::id>("id", Reload::hot),
    set<&Model::name>("name", Reload::hot),
    set<&Model::input>("input", Reload::hot),
    set<&Model::reasoning>("reasoning", Reload::hot).by_default("false"),
    set<&Model::context_window>("contextWindow", Reload::hot).bounds(1, 1e9),
    set<&Model::max_tokens>("maxTokens", Reload::hot).bounds(1, 1e9),
};
constexpr Section model_section{
    .fields = model_fields, .is_open = true}; // capabilities of a kind of model: many, and growing

constexpr std::array provider_fields = {
    set<&Provider::base_url>("baseUrl", Reload::hot),
    set<&Provider::api>("api", Reload::hot),
    custom("apiKey", Reload::hot, read_api_key),
    custom("headers", Reload::hot, read_headers),
    set<&Provider::auth_header>("authHeader", Reload::hot),
    set<&Provider::timeout_seconds>("timeoutSeconds", Reload::hot).bounds(1, 86'400),
    list_of<&Provider::models>("models", Reload::hot, model_section),
    known("agentRuntime", Reload::hot),
    known("auth", Reload::hot),
    known("compat", Reload::hot),
    known("contextTokens", Reload::hot),
    known("contextWindow", Reload::hot),
    known("injectNumCtxForOpenAICompat", Reload::hot),
    known("localService", Reload::hot),
    known("maxTokens", Reload::hot),
    known("params", Reload::hot),
    known("region", Reload::hot),
    known("request", Reload::hot),
};
constexpr Section provider_section{provider_fields};

constexpr std::array models_fields = {
    map_of<&Models::providers>("providers", Reload::hot, provider_section),
    known("mode", Reload::hot),
    known("catalogRefresh", Reload::hot),
    known("bedrockDiscovery", Reload::hot),
    known("pricing", Reload::hot),
    known("proxy", Reload::hot),
};

} // namespace

constinit const Section models_section{models_fields};

} // namespace openclaw::config
