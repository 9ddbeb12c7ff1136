// rpc/credential.h — step 7 of the handshake, its first half: does what a client shows let it in
// (PROTOCOL.md 5)? Judges, and changes nothing.
#pragma once

#include "supervisor/rpc/introduction.h"

#include <expected>
#include <string_view>

namespace openclaw::rpc {

// What the credential proved.
struct Proof {
    enum class Kind { nothing_wanted, shared_secret, device_token, setup_code, proxy } kind;
    const ledger::DeviceToken* token = nullptr;
    const ledger::SetupCode* code = nullptr;
};

using Judged = std::expected<Proof, Refused>;

Judged check_credential(const Introduction& intro);
// The class of what was proved, for the limit of wrong tries; empty: nothing was.
std::string_view credential_of(const Proof& proof);

} // namespace openclaw::rpc
