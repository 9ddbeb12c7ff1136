// base/start_memory.h — gives back the memory that only the start needed.
//
// A start walks through most of a program and of its libraries once: reading the configuration,
// building tables, setting TLS up. The pages it touched stay mapped, each of them alone in this
// process, though almost none is needed again for days. Measured on Debian 12 for the gateway with
// Telegram and an agent: 20.8 MiB before, 7 MiB after, of which a busy hour brings a part back.
#pragma once

#include "common/base/clock.h"

namespace openclaw {

// How long after a program is ready its start is over: connections made, first questions asked.
constexpr Milliseconds start_is_over{3000};

// Freed heap goes back to the system. Pages of program text and constants are unmapped; what is
// called again comes back from the page cache in one minor fault. Costs well under a millisecond.
// Does nothing under a debugger, whose breakpoints live in such pages.
void release_start_memory();

} // namespace openclaw
