// policy/session_reset.h — is this conversation over? (session.reset, resetByType, resetByChannel:
// CONFIG.md 7.) Pure.
#pragma once

#include "common/config/session.h"
#include "supervisor/policy/session_key.h"

#include <cstdint>

namespace openclaw::policy {

// The rule for a session: its channel's, else its type's ("thread" before "group"), else the
// general one.
const config::ResetRule& reset_rule(const SessionParts& parts, const config::Session& session);

// Whether a message now begins a new conversation, when the last one came at `last_ms` (0: never).
// Daily: the local hour at_hour passed in between. Idle: idle_minutes passed. A daily rule with
// idle_minutes set also expires by idleness.
bool is_over(const config::ResetRule& rule, std::int64_t last_ms, std::int64_t now_ms);

} // namespace openclaw::policy
