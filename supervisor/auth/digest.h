// auth/digest.h — SHA-256 and HMAC-SHA256 (OpenSSL), as the room needs them.
#pragma once

#include "common/base/secret.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace openclaw::auth {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view text);
Digest hmac_sha256(const Secret& key, std::string_view text);

} // namespace openclaw::auth
