#include "supervisor/auth/device_identity.h"

#include "common/base/strings.h"
#include "supervisor/auth/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

namespace openclaw::auth {

namespace {

constexpr std::int64_t allowed_skew_ms = 120'000;           // PROTOCOL.md 3: signature skew ±120 s
constexpr std::size_t key_bytes = 32, signature_bytes = 64; // RFC 8032

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool is_signed(EVP_PKEY& key, std::string_view signature, std::string_view text) {
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, &key) != 1) return false;
    return EVP_DigestVerify(context.get(), bytes_of(signature).data(), signature.size(),
                            bytes_of(text).data(), text.size()) == 1;
}

std::string joined(std::span<const std::string_view> words, char separator) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += separator;
        text += words[i];
    }
    return text;
}

std::string signed_text(std::string_view generation, const DeviceClaim& claim) {
    const std::string scopes = joined(claim.scopes, ','),
                      signed_at = std::to_string(claim.signed_at_ms);
    const std::array<std::string_view, 9> fields = {generation,        claim.id,    claim.client_id,
                                                    claim.client_mode, claim.role,  scopes,
                                                    signed_at,         claim.token, claim.nonce};
    return joined(fields, '|');
}

// Another id than the key's is an id mismatch, also when the key cannot be read (PROTOCOL.md 6,
// seen live).
std::optional<DeviceFault> check_signature(const DeviceClaim& claim, const std::string& key) {
    if (key.size() != key_bytes) return DeviceFault::bad_key;
    const std::unique_ptr<EVP_PKEY, FreeKey> public_key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(key).data(), key.size()));
    if (public_key == nullptr) return DeviceFault::bad_key;
    const auto signature = from_base64url(claim.signature);
    if (!signature || signature->size() != signature_bytes) return DeviceFault::bad_signature;
    const bool holds = is_signed(*public_key, *signature, signed_text_v3(claim)) ||
                       is_signed(*public_key, *signature, signed_text_v2(claim));
    return holds ? std::nullopt : std::optional(DeviceFault::bad_signature);
}

} // namespace

std::string signed_text_v2(const DeviceClaim& claim) {
    return signed_text("v2", claim);
}

std::string signed_text_v3(const DeviceClaim& claim) {
    return signed_text("v3", claim) + "|" + to_lower(trim(claim.platform)) + "|" +
           to_lower(trim(claim.device_family));
}

std::optional<DeviceFault> verify(const DeviceClaim& claim, std::string_view challenge,
                                  std::int64_t now_ms) {
    const std::string key = from_base64url(claim.public_key).value_or("");
    if (claim.id != to_hex(sha256(key))) return DeviceFault::id_mismatch;
    if (claim.signed_at_ms < now_ms - allowed_skew_ms ||
        claim.signed_at_ms > now_ms + allowed_skew_ms)
        return DeviceFault::expired;
    if (claim.nonce.empty()) return DeviceFault::nonce_missing;
    if (claim.nonce != challenge) return DeviceFault::nonce_mismatch;
    return check_signature(claim, key);
}

DeviceFaultWords words(DeviceFault fault) {
    switch (fault) {
    case DeviceFault::id_mismatch:
        return {"device identity mismatch", "DEVICE_AUTH_DEVICE_ID_MISMATCH", "device-id-mismatch"};
    case DeviceFault::expired:
        return {"device signature expired", "DEVICE_AUTH_SIGNATURE_EXPIRED",
                "device-signature-stale"};
    case DeviceFault::nonce_missing:
        return {"device nonce required", "DEVICE_AUTH_NONCE_REQUIRED", "device-nonce-missing"};
    case DeviceFault::nonce_mismatch:
        return {"device nonce mismatch", "DEVICE_AUTH_NONCE_MISMATCH", "device-nonce-mismatch"};
    case DeviceFault::bad_signature:
        return {"device signature invalid", "DEVICE_AUTH_SIGNATURE_INVALID", "device-signature"};
    case DeviceFault::bad_key:
        return {"device public key invalid", "DEVICE_AUTH_PUBLIC_KEY_INVALID", "device-public-key"};
    }
    return {};
}

} // namespace openclaw::auth
