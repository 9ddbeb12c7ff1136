// auth/gateway_identity.h — the gateway's own Ed25519 key, as others see it, and what is derived
// from it.
//
// `<state>/identity/device.json` is the file a CLI or TUI with the same state directory signs with
// (PROTOCOL.md 6): it is made at the first start, readable by the owner alone, and never changed.
// The key itself leaves this class only as derived secrets.
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace openclaw::auth {

class GatewayIdentity {
  public:
    // Reads the file, or makes it. Blocks for some milliseconds: for start-up only.
    // Errors: invalid (the file is damaged, and what to do), denied (it cannot be written).
    static Result<GatewayIdentity> load_or_create(const std::string& path, std::int64_t now_ms);

    const std::string& device_id() const { return device_id_; }

    const std::string& public_key() const { return public_key_; } // base64url of 32 bytes

    // 256 bits for one purpose; the same at every start.
    Secret derive(std::string_view purpose) const;

  private:
    std::string device_id_, public_key_;
    Secret seed_; // RFC 8032: the private key
};

} // namespace openclaw::auth
