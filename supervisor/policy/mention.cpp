#include "supervisor/policy/mention.h"

#include "common/base/strings.h"

#include <algorithm>

namespace openclaw::policy {

namespace {

std::string escaped(std::string_view text) {
    constexpr std::string_view special = R"(\^$.|?*+()[]{}/)";
    std::string out;
    for (const char c : text) {
        if (special.contains(c)) out += '\\';
        out += c;
    }
    return out;
}

// "Fair Wind" is called by "fair wind", "@fair  wind", but not by "fairwinds".
std::string name_pattern(std::string_view name) {
    std::string pattern;
    for (const auto word : split(name, ' ')) {
        if (trim(word).empty()) continue;
        pattern += (pattern.empty() ? "" : R"(\s+)") + escaped(trim(word));
    }
    return pattern.empty() ? pattern : R"(\b@?)" + pattern + R"(\b)";
}

// "-1001" or, inside a topic, "-1001:topic:7".
bool names_room(const std::vector<std::string>& list, const Facts& facts) {
    const std::string topic = facts.chat_id + ":topic:" + facts.thread_id;
    return std::ranges::any_of(list, [&](const std::string& entry) {
        return entry == "*" || entry == facts.chat_id ||
               (!facts.thread_id.empty() && entry == topic);
    });
}

} // namespace

MentionPatterns::MentionPatterns(const std::vector<std::string>& patterns) {
    for (const std::string& expression : patterns) {
        auto pattern = Pattern::compile(expression);
        if (pattern)
            patterns_.push_back(std::move(*pattern));
        else
            bad_.push_back("\"" + expression + "\": " + pattern.error().sentence);
    }
}

bool MentionPatterns::match(std::string_view text) const {
    return std::ranges::any_of(patterns_,
                               [&](const Pattern& pattern) { return pattern.found_in(text); });
}

std::vector<std::string> mention_patterns_for(const config::Agent& agent,
                                              const config::Messages& messages) {
    if (agent.mention_patterns) return *agent.mention_patterns;
    if (messages.mention_patterns) return *messages.mention_patterns;
    std::vector<std::string> derived;
    if (auto pattern = name_pattern(agent.identity.name); !pattern.empty())
        derived.push_back(std::move(pattern));
    if (!agent.identity.emoji.empty()) derived.push_back(escaped(agent.identity.emoji));
    return derived;
}

bool patterns_apply(const Facts& facts, const config::PatternScope& scope) {
    if (!scope.mode) return true;
    if (*scope.mode == config::PatternScope::Mode::allow) return names_room(scope.allow_in, facts);
    return !names_room(scope.deny_in, facts);
}

} // namespace openclaw::policy
