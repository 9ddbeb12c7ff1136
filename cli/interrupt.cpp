#include "cli/interrupt.h"

#include <signal.h>

namespace openclaw::cli {

namespace {

volatile sig_atomic_t received =
    0; // a signal handler can only write to something that outlives every object

void remember(int signal_number) {
    // The second time the operator means it: no more waiting for an orderly end.
    if (received != 0) signal(signal_number, SIG_DFL);
    received = signal_number;
}

} // namespace

void catch_interrupts() {
    struct sigaction action {};

    action.sa_handler = remember; // without SA_RESTART: poll() returns
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

int interrupted_by() {
    return received;
}

} // namespace openclaw::cli
