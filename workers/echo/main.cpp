// openclaw-worker-echo: no secrets, no files, no network. The template of a channel; what tests
// crash on purpose.
#include "common/config/channels/echo.h"
#include "workers/echo/echo.h"

int main() {
    return openclaw::worker::run(openclaw::config::echo_worker, openclaw::echo::Echo::create);
}
