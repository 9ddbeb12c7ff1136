// openclaw-worker-telegram — one bot of one account.
//
// Holds: its own bot token, for as long as it lives. Reaches: the Bot API server. Keeps: nothing;
// what it must know again is kept by the supervisor. Decides: nothing about people; it reports who
// wrote what, and sends what it is told.
#include "common/config/channels/telegram.h"
#include "common/worker/runtime.h"
#include "workers/telegram/service.h"

int main() {
    return openclaw::worker::run(openclaw::config::telegram_worker,
                                 openclaw::telegram::Service::make);
}
