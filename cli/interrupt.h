// cli/interrupt.h — SIGINT and SIGTERM as a question, for commands that have something to finish
// before they end.
#pragma once

namespace openclaw::cli {

// From now on the two signals no longer end the process: waits end with EINTR, and interrupted_by()
// says which came.
void catch_interrupts();
int interrupted_by(); // 0: none; SIGINT, SIGTERM

} // namespace openclaw::cli
