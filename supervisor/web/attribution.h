// web/attribution.h — who really asks, when a proxy may stand between (PROTOCOL.md 1). Pure.
//
// Forwarding headers count only when the socket peer is a configured proxy; from anybody else they
// are refused, on probes too: a request that claims to be somebody else's must not pass as local.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace openclaw::web {

struct Attribution {
    bool is_refused = false;
    std::string ip;            // of the client
    bool direct_local = false; // loopback, and nobody in between
};

// `forwarded_for` is the value of X-Forwarded-For; `has_forwarding`: any forwarding header is
// there. `trusted`: addresses or blocks ("10.0.0.0/8", "::1").
Attribution attribute(std::string_view peer_ip, bool has_forwarding, std::string_view forwarded_for,
                      std::span<const std::string> trusted);

bool is_loopback(std::string_view ip);
bool is_in_block(std::string_view ip, std::string_view block);
bool is_trusted(std::string_view ip, std::span<const std::string> trusted);

} // namespace openclaw::web
