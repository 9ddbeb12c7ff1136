#include "supervisor/generation.h"

#include "common/config/redaction.h"
#include "common/log/known_secrets.h"
#include "common/log/log.h"

namespace openclaw {

Generation::Generation(config::Config config)
    : config_(std::move(config))
    , reach_(reach_table(config_)) {
    for (const auto& [id, agent] : config_.agents.entries) {
        policy::MentionPatterns patterns(policy::mention_patterns_for(agent, config_.messages));
        for (const auto& bad : patterns.bad())
            log::warn("config.bad_mention_pattern", {{"agent", id}, {"pattern", bad}});
        mentions_.emplace(id, std::move(patterns));
    }
    for (const auto& [id, provider] : config_.models.providers)
        for (const auto& [name, value] : provider.headers)
            if (config::is_secret_name(name)) // others hold ordinary words
                headers_.emplace_back(value.substr(value.rfind(' ') + 1)); // "Bearer …"
}

std::vector<const Secret*> Generation::secrets() const {
    const auto& auth = config_.gateway.auth;
    std::vector<const Secret*> all{&auth.token, &auth.password};
    for (const auto& account : config_.channels)
        for (const auto& [name, secret] : account.secrets)
            all.push_back(&secret);
    for (const auto& [id, provider] : config_.models.providers)
        all.push_back(&provider.api_key);
    for (const auto& header : headers_)
        all.push_back(&header);
    for (const auto& [worker, rules] : reach_)
        if (rules.proxy) all.push_back(&rules.proxy->password);
    return all;
}

const policy::MentionPatterns& Generation::mentions(std::string_view agent_id) const {
    static const policy::MentionPatterns none;
    const auto found = mentions_.find(agent_id);
    return found == mentions_.end() ? none : found->second;
}

const policy::ReachRules& Generation::reach_of(std::string_view worker) const {
    static const policy::ReachRules none;
    const auto found = reach_.find(worker);
    return found == reach_.end() ? none : found->second;
}

// By turns: a worker may still say what the generation before has given it.
void CurrentGeneration::replace(std::unique_ptr<Generation> next) {
    now_ = std::move(next);
    ++number_;
    log::know_secrets_of(number_ % 2 == 0 ? "even generation" : "odd generation", now_->secrets());
}

} // namespace openclaw
