// policy/mention.h — is the agent called by name? Configured patterns, matched in linear time.
//
// Patterns come from the operator, texts from strangers: pattern.h runs every pattern in time
// proportional to the text, so no message can hold up the supervisor.
#pragma once

#include "common/config/access.h"
#include "common/config/agents.h"
#include "common/config/session.h"
#include "supervisor/policy/facts.h"
#include "supervisor/policy/pattern.h"

#include <string>
#include <string_view>
#include <vector>

namespace openclaw::policy {

class MentionPatterns {
  public:
    MentionPatterns() = default;
    // What is not a valid pattern is left out and named in bad().
    explicit MentionPatterns(const std::vector<std::string>& patterns);

    bool match(std::string_view text) const;

    const std::vector<std::string>& bad() const { return bad_; } // "«(x» : missing )"

  private:
    std::vector<Pattern> patterns_;
    std::vector<std::string> bad_;
};

// The agent's own patterns, else messages.groupChat.mentionPatterns, else derived from the agent's
// name and emoji.
std::vector<std::string> mention_patterns_for(const config::Agent& agent,
                                              const config::Messages& messages);

// Do configured patterns count in this room? (channels.<c>.mentionPatterns)
bool patterns_apply(const Facts& facts, const config::PatternScope& scope);

} // namespace openclaw::policy
