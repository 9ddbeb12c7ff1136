#include "common/config/agent.h"
#include "tests/faulty/faults.h"
#include "workers/agent/service.h"

using namespace openclaw;

int main() {
    faulty::listen_for_faults();
    return worker::run(config::agent_worker,
                       [](worker::Context& context) { return agent::Agent::create(context); });
}
