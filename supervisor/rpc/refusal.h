// rpc/refusal.h — what a refused client is told: the sentence, the details and the close code
// (PROTOCOL.md 4 to 7, 9).
//
// Clients decide by `details.code`; old ones look for the words before the parentheses. The close
// reason is the sentence again, so that it names cause and remedy even where the answer is lost.
#pragma once

#include "supervisor/auth/attempt_limit.h"
#include "supervisor/auth/device_identity.h"
#include "supervisor/auth/trusted_proxy.h"
#include "supervisor/rpc/handshake.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::rpc {

// As whom the client came: the remedy depends on it.
struct RefusedClient {
    bool is_control_ui = false;
    bool has_device = false;
};

Refused refuse(WireError error, std::uint16_t close_code = 1008);
Refused refuse_while_starting();
Refused refuse_protocol(std::int64_t client_min, std::int64_t client_max);
Refused refuse_origin(std::string_view reason);
Refused refuse_without_device(const RefusedClient& client);
Refused refuse_device(auth::DeviceFault fault);
Refused refuse_locked_out(Milliseconds left);
// `secret`: "token" or "password".
Refused refuse_mismatch(const RefusedClient& client, std::string_view secret);
Refused refuse_missing(const RefusedClient& client, std::string_view secret);
Refused refuse_not_configured(std::string_view secret);
Refused refuse_device_token();
Refused refuse_device_token_scopes();
Refused refuse_setup_code();
Refused refuse_proxy(auth::ProxyProof proof);
// After an operator was asked. `known`: null for a device nobody let in yet.
Refused refuse_unpaired(const Asking& asking, std::string_view request_id,
                        const ledger::Device* known);

} // namespace openclaw::rpc
