// A device with a key of its own, and the `connect` params it sends.
#pragma once

#include "common/base/strings.h"
#include "common/json/write.h"
#include "supervisor/auth/device_identity.h"
#include "supervisor/auth/digest.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace openclaw::test {

// What a device says when it connects.
struct Say {
    std::string nonce;
    std::int64_t at_ms = 0;
    std::string role = "operator";
    std::vector<std::string> scopes = {"operator.read"};
    std::string token = {}, password = {}, device_token = {}, bootstrap_token = {};
    std::string client_id = "openclaw-tui", mode = "ui", platform = "linux", family = "Linux";
    std::string display_name = {};
};

class Signer {
  public:
    explicit Signer(unsigned char seed_byte = 1) {
        std::array<unsigned char, 32> seed{};
        seed.fill(seed_byte);
        key_.reset(
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
        std::array<std::uint8_t, 32> half{};
        std::size_t size = half.size();
        EVP_PKEY_get_raw_public_key(key_.get(), half.data(), &size);
        public_key = to_base64url(half);
        id = to_hex(auth::sha256({reinterpret_cast<const char*>(half.data()), half.size()}));
    }

    std::string sign(const std::string& text) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                              &EVP_MD_CTX_free);
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get());
        std::array<std::uint8_t, 64> signature{};
        std::size_t size = signature.size();
        EVP_DigestSign(context.get(), signature.data(), &size,
                       reinterpret_cast<const unsigned char*>(text.data()), text.size());
        return to_base64url(signature);
    }

    // The params of `connect`.
    std::string params(const Say& say) const {
        json::Writer out;
        out.begin_object().member("minProtocol", 4).member("maxProtocol", 4);
        out.key("client").begin_object().member("id", say.client_id).member("version", "1");
        out.member("platform", say.platform).member("mode", say.mode);
        if (!say.family.empty()) out.member("deviceFamily", say.family);
        if (!say.display_name.empty()) out.member("displayName", say.display_name);
        out.end_object().member("role", say.role).key("scopes").begin_array();
        for (const auto& scope : say.scopes)
            out.value(scope);
        out.end_array().key("auth").begin_object();
        const auto member = [&out](std::string_view name, const std::string& text) {
            if (!text.empty()) out.member(name, text);
        };
        member("token", say.token);
        member("password", say.password);
        member("deviceToken", say.device_token);
        member("bootstrapToken", say.bootstrap_token);
        out.end_object().key("device").begin_object().member("id", id);
        out.member("publicKey", public_key).member("signature", sign(signed_text(say)));
        out.member("signedAt", say.at_ms).member("nonce", say.nonce).end_object();
        return out.end_object().take();
    }

    std::string id, public_key;

  private:
    struct FreeKey {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };

    std::string signed_text(const Say& say) const {
        const std::vector<std::string_view> scopes(say.scopes.begin(), say.scopes.end());
        const auto& slot = !say.token.empty()          ? say.token
                           : !say.device_token.empty() ? say.device_token
                                                       : say.bootstrap_token;
        return auth::signed_text_v3({.id = id,
                                     .public_key = public_key,
                                     .signature = {},
                                     .nonce = say.nonce,
                                     .signed_at_ms = say.at_ms,
                                     .client_id = say.client_id,
                                     .client_mode = say.mode,
                                     .role = say.role,
                                     .platform = say.platform,
                                     .device_family = say.family,
                                     .scopes = scopes,
                                     .token = slot});
    }

    std::unique_ptr<EVP_PKEY, FreeKey> key_;
};

} // namespace openclaw::test
