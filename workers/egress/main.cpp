// openclaw-worker-egress — the only process that opens internet sockets.
//
// Holds: nothing; TLS is end to end between a worker and its platform, so what passes here is
// ciphertext (a proxy's credentials come with the order that needs them and go with it). Reaches:
// what the supervisor orders. Parses: the answers of DNS (the system's resolver) and of proxies.
// Decides: only which resolved addresses nobody may be sent to.
#include "common/config/egress.h"
#include "workers/egress/service.h"

int main() {
    return openclaw::worker::run(openclaw::config::egress_worker, openclaw::egress::Egress::create);
}
