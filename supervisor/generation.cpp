#include "supervisor/generation.h"

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

} // namespace openclaw
