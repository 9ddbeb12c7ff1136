#include "common/config/channels/telegram.h"
#include "common/worker/runtime.h"
#include "tests/faulty/faults.h"
#include "workers/telegram/service.h"

int main() {
    openclaw::faulty::listen_for_faults();
    return openclaw::worker::run(openclaw::config::telegram_worker,
                                 openclaw::telegram::Service::make);
}
