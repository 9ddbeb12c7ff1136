// auth/device_identity.h — does this device hold the key it claims? Ed25519 over the v3 or v2
// string (PROTOCOL.md 6).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace openclaw::auth {

// Everything the signature covers. Views into the request.
struct DeviceClaim {
    std::string_view id, public_key, signature, nonce; // of params.device
    std::int64_t signed_at_ms = 0;
    std::string_view client_id, client_mode, role, platform, device_family;
    std::span<const std::string_view> scopes; // in the order they were sent
    std::string_view token; // auth.token, else deviceToken, else bootstrapToken; never the password
};

enum class DeviceFault {
    id_mismatch,
    expired,
    nonce_missing,
    nonce_mismatch,
    bad_signature,
    bad_key
};

// Nothing: the claim holds for this socket (`challenge` is its nonce) at this time.
std::optional<DeviceFault> verify(const DeviceClaim& claim, std::string_view challenge,
                                  std::int64_t now_ms);

// The words of PROTOCOL.md 6's table.
struct DeviceFaultWords {
    std::string_view message, code, reason;
};

DeviceFaultWords words(DeviceFault fault);

// The signed strings, for tests and for whoever signs.
std::string signed_text_v3(const DeviceClaim& claim);
std::string signed_text_v2(const DeviceClaim& claim);

} // namespace openclaw::auth
