#include "common/config/channels/discord.h"
#include "common/worker/runtime.h"
#include "tests/faulty/faults.h"
#include "workers/discord/service.h"

int main() {
    openclaw::faulty::listen_for_faults();
    return openclaw::worker::run(openclaw::config::discord_worker,
                                 openclaw::discord::Service::make);
}
