// openclaw-worker-discord — one bot of one account.
//
// Holds: its own bot token, for as long as it lives, and the tokens of commands that wait for an
// answer. Reaches: Discord's API and its gateway. Keeps: nothing; what it must know again is kept
// by the supervisor. Decides: nothing about people; it reports who wrote what, and sends what it is
// told. One thing it says by itself: that a command has arrived, within Discord's three seconds.
#include "common/config/channels/discord.h"
#include "common/worker/runtime.h"
#include "workers/discord/service.h"

int main() {
    return openclaw::worker::run(openclaw::config::discord_worker,
                                 openclaw::discord::Service::make);
}
