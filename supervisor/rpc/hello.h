// rpc/hello.h — the payload of hello-ok (PROTOCOL.md 10): what this gateway is, can, and looks like
// now.
#pragma once

#include "supervisor/rpc/device_desk.h"
#include "supervisor/rpc/events.h"
#include "supervisor/rpc/facts.h"
#include "supervisor/rpc/health.h"
#include "supervisor/rpc/method_table.h"
#include "supervisor/rpc/presence.h"

#include <string>

namespace openclaw::rpc {

// What only this connection is told.
struct HelloSecrets {
    std::string recovery_scope;
    Grant tokens; // of its device
};

struct HelloParts {
    const MethodTable& methods;
    const Events& events;
    Presence& presence;
    HealthSnapshot& health;
    const GatewayFacts& facts;
    std::int64_t now_ms = 0;
};

std::string hello_payload(const Peer& peer, const HelloParts& parts,
                          const HelloSecrets& secrets = {});

// What policy.* says and the limits enforce.
inline constexpr std::size_t max_payload_bytes = 26'214'400;
inline constexpr std::size_t max_buffered_bytes = 52'428'800;

} // namespace openclaw::rpc
