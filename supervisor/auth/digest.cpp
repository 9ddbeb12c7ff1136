#include "supervisor/auth/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace openclaw::auth {

Digest sha256(std::string_view text) {
    Digest digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    return digest;
}

Digest hmac_sha256(const Secret& key, std::string_view text) {
    Digest digest{};
    unsigned size = digest.size();
    HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
    return digest;
}

} // namespace openclaw::auth
