// rpc/handshake.h — may this connection come in, as whom, and with which scopes. Pure: everything
// is handed in, nothing is changed.
//
// The order of the questions is that of PROTOCOL.md 4; the answers are its tables 5.2 to 5.5, 6 and
// 7. What a refused client is told, and with which close code, is part of the verdict. What must be
// remembered (a device let in, a request that waits) is left to rpc/device_desk.
#pragma once

#include "common/base/clock.h"
#include "common/json/read.h"
#include "supervisor/auth/token.h"
#include "supervisor/ledger/devices.h"
#include "supervisor/policy/device_pairing.h"
#include "supervisor/policy/scopes.h"
#include "supervisor/rpc/peer.h"
#include "supervisor/rpc/wire_error.h"
#include "supervisor/web/endpoint.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace openclaw::rpc {

inline constexpr int protocol_version = 4;
inline constexpr int minimum_probe_protocol = 3;

// How long this source is still locked out with that class of credential (auth::credential);
// nothing: it may try.
using LockedFor = std::function<std::optional<Milliseconds>(std::string_view credential)>;

struct HandshakeQuestion {
    json::View params; // of `connect`
    const web::Arrival& from;
    const auth::Gate& gate;
    std::span<const std::string> allowed_origins;
    std::string_view challenge; // the nonce of this socket
    std::int64_t now_ms = 0;
    bool is_starting = false; // sidecars are not ready: everybody comes back in a moment
    LockedFor locked_for = {};
    const ledger::Devices* devices = nullptr; // nullptr: no device is known
    bool approves_locally = true;             // gateway.nodes.pairing.autoApproveLocal
};

// A device that proved its key, and what it asks for.
struct Visitor {
    std::string device_id;
    ledger::DeviceFace face;
    std::string role;
    std::vector<std::string> scopes;
};

// What becomes of a device that may come in.
enum class Entry {
    no_device,
    known,   // nothing changes
    approve, // let in, or given more, without asking anybody
    redeem,  // by a setup code
};

struct Admitted {
    policy::Role role = policy::Role::operator_role;
    policy::Scopes scopes;
    std::string auth_method;
    std::string device_id;
    ClientInfo client;
    std::vector<std::string> caps;
    Entry entry = Entry::no_device;
    Visitor visitor;
    std::string approved_via; // for Entry::approve and redeem
    std::string setup_id;     // for Entry::redeem
};

// An operator must be asked first.
struct Asking {
    Visitor visitor;
    policy::PairingNeed need = policy::PairingNeed::none;
};

struct Refused {
    WireError error;
    std::uint16_t close_code = 1008;
    std::string close_reason;
    std::string_view wrong = {}; // this class of credential: counts against the source
};

struct Verdict {
    std::optional<Admitted> admitted;
    std::optional<Asking> asking;
    Refused refused;              // when neither
    std::string_view proved = {}; // this class of credential: the source's count begins anew
};

Verdict judge(const HandshakeQuestion& question);

} // namespace openclaw::rpc
