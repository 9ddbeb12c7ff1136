#include "common/config/channels/echo.h"
#include "tests/faulty/faults.h"
#include "workers/echo/echo.h"

int main() {
    openclaw::faulty::listen_for_faults();
    return openclaw::worker::run(openclaw::config::echo_worker, openclaw::echo::Echo::create);
}
