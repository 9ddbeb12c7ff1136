#include "workers/agent/settings.h"

#include "common/base/strings.h"
#include "common/json/read.h"

#include <algorithm>

namespace openclaw::agent {

namespace {

constexpr std::int64_t longest_request_seconds = 604'800; // a week: a bound, not a wish
constexpr std::string_view known_api = "openai-completions";

std::string without_slash(std::string_view url) {
    while (url.ends_with('/'))
        url.remove_suffix(1);
    return std::string(url);
}

std::vector<net::HttpHeader> read_headers(json::View headers) {
    std::vector<net::HttpHeader> read;
    headers.each_member([&](std::string_view name, json::View value) {
        if (value.is_string()) read.push_back({std::string(name), std::string(value.text())});
        return true;
    });
    return read;
}

bool names_images(json::View input) {
    bool found = false;
    input.each_element([&](json::View kind) {
        found = found || kind.text() == "image";
        return !found;
    });
    return found;
}

std::vector<ModelSettings> read_models(json::View models) {
    std::vector<ModelSettings> read;
    models.each_element([&](json::View model) {
        const auto window = std::max<std::int64_t>(model["contextWindow"].integer(), 0);
        read.push_back({std::string(model["id"].text()), static_cast<std::uint64_t>(window),
                        names_images(model["input"])});
        return true;
    });
    return read;
}

std::string problem_of(const ProviderSettings& provider, std::string_view api) {
    const std::string place = "models.providers." + provider.id;
    if (api != known_api)
        return place + ".api is \"" + std::string(api) +
               "\", which this build does not speak: use \"" + std::string(known_api) + "\"";
    if (!provider.base_url.starts_with("https://") && !provider.base_url.starts_with("http://"))
        return place + ".baseUrl must be an https:// or http:// address";
    return {};
}

ProviderSettings read_provider(std::string_view id, json::View row,
                               const std::map<std::string, Secret>& secrets) {
    ProviderSettings provider;
    provider.id = id;
    provider.base_url = without_slash(row["baseUrl"].text());
    provider.headers = read_headers(row["headers"]);
    provider.sends_key = row["authHeader"].boolean(true);
    provider.timeout = std::chrono::seconds(
        std::clamp<std::int64_t>(row["timeoutSeconds"].integer(), 0, longest_request_seconds));
    provider.models = read_models(row["models"]);
    provider.problem = problem_of(provider, row["api"].text(known_api));
    if (const auto key = secrets.find("provider:" + provider.id + ":apiKey"); key != secrets.end())
        provider.api_key = key->second;
    return provider;
}

} // namespace

const ModelSettings* ProviderSettings::find_model(std::string_view model) const {
    const auto found = std::ranges::find(models, model, &ModelSettings::id);
    return found == models.end() ? nullptr : &*found;
}

const ProviderSettings* Settings::find(std::string_view provider) const {
    const auto found = providers.find(std::string(provider));
    return found == providers.end() ? nullptr : &found->second;
}

Result<Settings> read_settings(std::string_view json,
                               const std::map<std::string, Secret>& secrets) {
    const auto document = TRY(json::Document::parse(json));
    if (!document.root().is_object())
        return fail(Code::invalid, "the agent's settings are not a JSON object");
    Settings settings;
    document.root()["providers"].each_member([&](std::string_view id, json::View row) {
        settings.providers.emplace(id, read_provider(id, row, secrets));
        return true;
    });
    return settings;
}

} // namespace openclaw::agent
