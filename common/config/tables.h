// config/tables.h — the field tables of the whole file. One table a family; rows say what is
// written, what it means when it is not, and what a change of it costs (Reload). Sources: CONFIG.md
// 4-7 and the original's published configuration reference (docs.openclaw.ai,
// gateway/configuration-reference and the pages below it), for key names.
#pragma once

#include "common/config/fields.h"

namespace openclaw::config {

// Everything that is not below channels, agents, models and bindings fills its struct directly.
extern const Section gateway_section;  // Gateway
extern const Section agent_section;    // Agent
extern const Section defaults_section; // AgentDefaults
extern const Section agents_section;   // Agents
extern const Section models_section;   // Models
extern const Section binding_section;  // Binding
extern const Section session_section;  // Session
extern const Section messages_section; // Messages
extern const Section commands_section; // Commands
extern const Section logging_section;  // Logging
extern const Section root_section; // Config; channels are known here and read by channel_accounts.h

} // namespace openclaw::config
