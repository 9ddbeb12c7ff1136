// policy/reaction.h — is a reaction worth telling the agent of? Pure.
//
// After reactionNotifications of the place: `own` (when nothing is written) means reactions on the
// bot's own messages, `allowlist` those of the people and roles the place names. Whether the person
// may speak there at all is policy/access.
#pragma once

#include "common/config/access.h"
#include "supervisor/policy/facts.h"

namespace openclaw::policy {

bool wants_reaction(const Facts& who, const config::AccessSettings& access, bool is_on_own);

} // namespace openclaw::policy
