#include "supervisor/reach_table.h"

#include "common/base/strings.h"
#include "common/config/agent.h"
#include "common/json/read.h"
#include "common/log/known_secrets.h"
#include "common/log/log.h"

#include <cstdlib>

namespace openclaw {

namespace {

using policy::ReachRule;
using policy::ReachRules;

// The worker says what is wrong with the URL; here it only reaches nothing.
void add_url(ReachRules& rules, std::string_view url) {
    if (auto endpoint = policy::endpoint_of_url(url))
        rules.hosts.push_back({.endpoint = *std::move(endpoint), .is_named = true});
}

ReachRules rules_of(const config::ChannelAccount& account) {
    ReachRules rules;
    const auto document = json::Document::parse(account.settings_json);
    const auto settings = document ? document->root() : json::View();
    for (const auto& reach : account.spec->reaches) {
        const auto own = reach.setting.empty() ? "" : settings[reach.setting].text();
        if (!own.empty())
            add_url(rules, own);
        else if (auto endpoint = policy::endpoint_of_row(reach.address))
            rules.hosts.push_back({.endpoint = *std::move(endpoint)});
    }
    rules.may_be_private = settings["network"]["dangerouslyAllowPrivateNetwork"].boolean();
    if (account.proxy.empty()) return rules;
    auto proxy = policy::parse_proxy(account.proxy.reveal());
    if (proxy)
        rules.proxy = *std::move(proxy);
    else
        rules.problem = account.worker_id() + ".proxy: " + proxy.error().sentence;
    return rules;
}

ReachRules rules_of_agent(const config::Models& models) {
    ReachRules rules;
    for (const auto& [id, provider] : models.providers)
        if (provider.problem.empty()) add_url(rules, provider.base_url);
    return rules;
}

// curl's order: the lower-case form first.
std::string proxy_variable(const char* lower, const char* upper) {
    for (const char* name : {lower, upper})
        if (const char* value = name == nullptr ? nullptr : std::getenv(name);
            value != nullptr && *value != '\0')
            return value;
    return {};
}

std::optional<policy::ProxyServer> ambient_proxy(const std::string& url) {
    if (url.empty()) return std::nullopt;
    auto proxy = policy::parse_proxy(url);
    if (proxy) {
        log::know_secret(proxy->password); // for good: no environment changes
        return *std::move(proxy);
    }
    log::warn("egress.bad_proxy", {{"why", proxy.error().sentence}});
    return std::nullopt;
}

} // namespace

ReachTable reach_table(const config::Config& config) {
    ReachTable table;
    table.emplace(config::agent_worker.name, rules_of_agent(config.models));
    for (const auto& account : config.channels)
        table.emplace(account.worker_id(), rules_of(account));
    return table;
}

policy::AmbientProxies ambient_proxies() {
    const std::string all = proxy_variable("all_proxy", "ALL_PROXY");
    const std::string https = proxy_variable("https_proxy", "HTTPS_PROXY");
    // Not HTTP_PROXY: a CGI program gets it from whoever sends a header "Proxy" (CVE-2016-5388).
    const std::string http = proxy_variable("http_proxy", nullptr);
    policy::AmbientProxies ambient{.for_https = ambient_proxy(https.empty() ? all : https),
                                   .for_http = ambient_proxy(http.empty() ? all : http)};
    const std::string exceptions = proxy_variable("no_proxy", "NO_PROXY");
    for (auto entry : split(exceptions, ',')) {
        entry = trim(entry);
        if (entry.starts_with('.')) entry.remove_prefix(1);
        if (entry == "*") ambient.not_for.emplace_back(entry);
        if (auto host = policy::normal_host(entry); !host.empty())
            ambient.not_for.push_back(std::move(host));
    }
    return ambient;
}

} // namespace openclaw
