// agent/settings.h — the providers this process may ask, from Configure: settings as JSON, keys as
// secrets.
//
// {"providers": {"<id>": {"baseUrl", "api", "headers", "authHeader", "timeoutSeconds", "models":
// [{"id", "contextWindow", "input"}]}}}; the secret "provider:<id>:apiKey" is its key (CONFIG.md 6,
// models.providers). A provider that cannot be used does not spoil the others: its `problem` is
// told to whoever asks it.
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/net/http_message.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::agent {

struct ModelSettings {
    std::string id;
    std::uint64_t context_window = 0; // in tokens; 0: unknown
    // `input` names "image". A model that is not in the list, or says nothing, reads text only, as
    // in the original: a text model that is sent an image refuses the whole request.
    bool sees_images = false;
};

struct ProviderSettings {
    std::string id;
    std::string base_url; // without a slash at the end
    std::vector<net::HttpHeader> headers;
    Secret api_key;
    bool sends_key = true;   // as "Authorization: Bearer …"
    Milliseconds timeout{0}; // for one request; 0: the default
    std::vector<ModelSettings> models;
    std::string problem; // not empty: why it cannot be used, and what to do

    const ModelSettings* find_model(std::string_view model) const;
};

struct Settings {
    std::map<std::string, ProviderSettings> providers;

    const ProviderSettings* find(std::string_view provider) const;
};

// Errors: invalid (the text is no JSON object).
Result<Settings> read_settings(std::string_view json, const std::map<std::string, Secret>& secrets);

} // namespace openclaw::agent
