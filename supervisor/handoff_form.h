// supervisor/handoff_form.h — the facts of a handoff as they lie in its memfd. The way back is
// read_handoff() (supervisor/handoff.h).
#pragma once

#include "supervisor/handoff.h"

namespace openclaw {

// Descriptors become numbers; they stay the property of `handoff`.
wire::Handoff form_of(const Handoff& handoff);

} // namespace openclaw
