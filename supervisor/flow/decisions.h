// flow/decisions.h — the present generation's decisions, asked for each time one is needed.
//
// Flow objects outlive a restart in place; what they are told here does not. Use an answer within
// the call, never keep a reference over a turn (HOUSE 3.3).
#pragma once

#include "common/config/config.h"
#include "supervisor/policy/mention.h"

#include <string_view>

namespace openclaw::flow {

class Decisions {
  public:
    virtual ~Decisions() = default;
    virtual const config::Config& config() const = 0;
    virtual const policy::MentionPatterns& mentions(std::string_view agent_id) const = 0;
};

} // namespace openclaw::flow
