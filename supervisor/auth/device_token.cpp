#include "supervisor/auth/device_token.h"

#include "common/base/strings.h"
#include "supervisor/auth/digest.h"

namespace openclaw::auth {

namespace {

constexpr std::size_t salt_bytes = 16, token_bytes = 32;

} // namespace

std::string new_salt() {
    return random_hex(salt_bytes);
}

Secret new_random_token() {
    const Secret seed(random_hex(token_bytes));
    return Secret(to_base64url(sha256(seed.reveal())));
}

Secret make_device_token(const Secret& key, std::string_view device_id, std::string_view role,
                         std::string_view salt) {
    std::string about = "device-token";
    for (const auto part : {device_id, role, salt})
        about.append(1, '|').append(part);
    return Secret(to_base64url(hmac_sha256(key, about)));
}

std::string token_hash(std::string_view token) {
    return to_hex(sha256(token));
}

// Both sides are digests, so what differs tells nothing about the token.
bool is_token(std::string_view hash, std::string_view shown) {
    return Secret(std::string(hash)).equals(token_hash(shown));
}

} // namespace openclaw::auth
