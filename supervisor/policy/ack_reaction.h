// policy/ack_reaction.h — the small sign that a message was seen (BEHAVIOUR.md A3.5).
#pragma once

#include "common/config/config.h"
#include "supervisor/policy/access.h"
#include "supervisor/policy/facts.h"

#include <optional>
#include <string>

namespace openclaw::policy {

// Account > channel > messages.ackReaction > the agent's emoji > 👀; nothing outside
// messages.ackReactionScope.
std::optional<std::string> ack_reaction(const Facts& facts, const Admission& admission,
                                        const config::ChannelAccount& account,
                                        const config::Messages& messages,
                                        const config::Agent& agent);

} // namespace openclaw::policy
