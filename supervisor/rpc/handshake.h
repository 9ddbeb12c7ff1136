// rpc/handshake.h — may this connection come in, as whom, and with which scopes. Pure: everything
// is handed in.
//
// The order of the questions is that of PROTOCOL.md 4; the answers are its tables 5.2 to 5.5 and 6.
// What a refused client is told, and with which close code, is part of the verdict. Pairing is not
// asked yet: a device that proves its key and shows the shared secret from this machine is approved
// silently (7.2), from elsewhere it is not.
#pragma once

#include "common/base/clock.h"
#include "common/json/read.h"
#include "supervisor/auth/token.h"
#include "supervisor/policy/scopes.h"
#include "supervisor/rpc/peer.h"
#include "supervisor/rpc/wire_error.h"
#include "supervisor/web/endpoint.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

inline constexpr int protocol_version = 4;
inline constexpr int minimum_probe_protocol = 3;

struct HandshakeQuestion {
    json::View params; // of `connect`
    const web::Arrival& from;
    const auth::Gate& gate;
    std::span<const std::string> allowed_origins;
    std::string_view challenge; // the nonce of this socket
    std::int64_t now_ms = 0;
    bool is_starting = false; // sidecars are not ready: everybody comes back in a moment
    std::optional<Milliseconds> locked_for = {}; // this source was wrong too often
};

struct Admitted {
    policy::Role role = policy::Role::operator_role;
    policy::Scopes scopes;
    std::string auth_method;
    std::string device_id;
    ClientInfo client;
    std::vector<std::string> caps;
};

struct Refused {
    WireError error;
    std::uint16_t close_code = 1008;
    std::string close_reason;
    bool was_wrong_credential = false; // counts against the source
};

struct Verdict {
    std::optional<Admitted> admitted;
    Refused refused; // when not admitted
    bool used_shared_secret = false;
};

Verdict judge(const HandshakeQuestion& question);

} // namespace openclaw::rpc
