// policy/device_pairing.h — must an operator be asked before this device comes in, and what is it
// allowed then (PROTOCOL.md 7).
//
// Pure. "Approved" are the roles for which the device holds a token: a revoked one must be asked
// for again.
#pragma once

#include "supervisor/policy/scopes.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::policy {

// What is known of a device. Views into the record.
struct KnownDevice {
    std::span<const std::string> roles, scopes;
    std::string_view platform, device_family;
};

// How it comes in now.
struct DeviceVisit {
    std::string_view role;
    std::span<const std::string> scopes; // of an operator; a node has none
    std::string_view platform, device_family;
    bool is_direct_local = false;    // and showed the shared secret, or none is wanted
    bool is_plain_cli = false;       // client cli/cli
    bool is_vouched_for = false;     // a trusted proxy names its user
    bool may_approve_locally = true; // gateway.nodes.pairing.autoApproveLocal
};

enum class PairingNeed { none, not_paired, role_upgrade, scope_upgrade, metadata_upgrade };

PairingNeed pairing_need(const std::optional<KnownDevice>& known, const DeviceVisit& visit);
// May `need` be met without asking anybody?
bool is_silent(PairingNeed need, const DeviceVisit& visit);

// The words of PROTOCOL.md 7.3's table. Empty for `none`.
struct PairingWords {
    std::string_view reason, tail, hint;
};

PairingWords words(PairingNeed need);

// `more` added to `words`, without doubles, in order.
Scopes joined(std::span<const std::string> words, std::span<const std::string> more);

// What a setup code lets in.
struct SetupAccess {
    bool node = false;
    Scopes operator_scopes; // empty: no operator
};

// "full", "limited", "node". Nothing for another word.
std::optional<SetupAccess> setup_access(std::string_view word);

} // namespace openclaw::policy
