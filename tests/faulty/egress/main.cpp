#include "common/config/egress.h"
#include "common/worker/runtime.h"
#include "tests/faulty/faults.h"
#include "workers/egress/service.h"

int main() {
    openclaw::faulty::listen_for_faults();
    return openclaw::worker::run(openclaw::config::egress_worker, openclaw::egress::Egress::create);
}
