#include "supervisor/roster.h"

#include "common/config/agent.h"
#include "common/config/egress.h"
#include "common/json/write.h"

namespace openclaw {

namespace {

void put_model(json::Writer& out, const config::Model& model) {
    out.begin_object()
        .member("id", model.id)
        .member("name", model.name)
        .member("contextWindow", model.context_window)
        .member("maxTokens", model.max_tokens)
        .key("input")
        .begin_array();
    for (const auto& kind : model.input)
        out.value(kind);
    out.end_array().end_object();
}

void put_provider(json::Writer& out, const config::Provider& provider) {
    out.key(provider.id).begin_object();
    out.member("baseUrl", provider.base_url).member("api", provider.api);
    if (provider.timeout_seconds) out.member("timeoutSeconds", *provider.timeout_seconds);
    if (provider.auth_header) out.member("authHeader", *provider.auth_header);
    out.key("headers").begin_object();
    for (const auto& [name, value] : provider.headers)
        out.member(name, value);
    out.end_object().key("models").begin_array();
    for (const auto& model : provider.models)
        put_model(out, model);
    out.end_array().end_object();
}

process::WantedWorker agent_worker(const config::Config& config) {
    process::WantedWorker wanted{.spec = &config::agent_worker,
                                 .id = std::string(config::agent_worker.name),
                                 .settings_json = {},
                                 .secrets = {}};
    json::Writer out;
    out.begin_object().key("providers").begin_object();
    for (const auto& [id, provider] : config.models.providers) {
        if (!provider.problem.empty())
            continue; // a run that wants it is told that it is not configured
        put_provider(out, provider);
        if (!provider.api_key.empty())
            wanted.secrets["provider:" + id + ":apiKey"] = provider.api_key;
    }
    wanted.settings_json = out.end_object().end_object().take();
    return wanted;
}

} // namespace

std::vector<process::WantedWorker> roster(const config::Config& config) {
    std::vector<process::WantedWorker> wanted;
    wanted.push_back(
        {.spec = &config::egress_worker, .id = std::string(config::egress_worker.name)});
    wanted.push_back(agent_worker(config));
    for (const auto& account : config.channels)
        if (account.should_run())
            wanted.push_back({.spec = account.spec,
                              .id = account.worker_id(),
                              .settings_json = account.settings_json,
                              .secrets = account.secrets});
    const bool is_required = config.gateway.isolation == config::Gateway::Isolation::required;
    for (auto& worker : wanted)
        worker.isolation_required = is_required;
    return wanted;
}

} // namespace openclaw
