// auth/device_token.h — what a paired device shows instead of the shared secret: made, hashed,
// compared.
//
// A token is HMAC-SHA256 of (device, role, salt) under the gateway's own key: 32 bytes nobody can
// guess, which the gateway can say again to a device that comes back (PROTOCOL.md 7.2) although it
// keeps only a hash. A ledger without the key file holds nothing to log in with, and the other way
// round. Setup codes carry plain random tokens, kept by hash as well.
#pragma once

#include "common/base/secret.h"

#include <string>
#include <string_view>

namespace openclaw::auth {

std::string new_salt();    // 128 random bits, in hex
Secret new_random_token(); // 256 random bits, base64url: 43 characters

Secret make_device_token(const Secret& key, std::string_view device_id, std::string_view role,
                         std::string_view salt);

// SHA-256, in hex.
std::string token_hash(std::string_view token);
// Is `shown` what `hash` was made of? In constant time; false for an empty hash.
bool is_token(std::string_view hash, std::string_view shown);

} // namespace openclaw::auth
