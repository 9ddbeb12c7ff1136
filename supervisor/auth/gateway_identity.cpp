#include "supervisor/auth/gateway_identity.h"

#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/json/read.h"
#include "common/json/write.h"
#include "supervisor/auth/digest.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

namespace openclaw::auth {

namespace {

struct FreeOwnKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};

using Key = std::unique_ptr<EVP_PKEY, FreeOwnKey>;
using Bio = std::unique_ptr<BIO, FreeBio>;
using Raw = std::array<unsigned char, 32>; // RFC 8032: both halves of an Ed25519 key

Failure damaged(const std::string& path) {
    return fail(Code::invalid, "the gateway's identity " + path +
                                   " is damaged; restore it, or move it away to have a new one "
                                   "made (paired devices then need new tokens)");
}

Failure unwritable(const std::string& path) {
    return Failure(
        system_error(Code::denied, "cannot write the gateway's identity " + path, errno));
}

std::string text_of(const Bio& bio) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

std::string private_pem(EVP_PKEY& key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr);
    return text_of(bio);
}

std::string public_pem(EVP_PKEY& key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PUBKEY(bio.get(), &key);
    return text_of(bio);
}

Raw public_half(EVP_PKEY& key) {
    Raw bytes{};
    std::size_t size = bytes.size();
    EVP_PKEY_get_raw_public_key(&key, bytes.data(), &size);
    return bytes;
}

std::string id_of(const Raw& public_key) {
    return to_hex(sha256({reinterpret_cast<const char*>(public_key.data()), public_key.size()}));
}

std::string document_of(EVP_PKEY& key, std::int64_t now_ms) {
    json::Writer out;
    out.begin_object().member("version", 1).member("deviceId", id_of(public_half(key)));
    out.member("publicKeyPem", public_pem(key)).member("privateKeyPem", private_pem(key));
    return json::pretty(out.member("createdAtMs", now_ms).end_object().text()) + "\n";
}

// Whole or not at all, and for the owner alone.
Result<void> write_file(const std::string& path, const std::string& text) {
    std::error_code ignored; // open() says it better
    const auto folder = std::filesystem::path(path).parent_path();
    if (std::filesystem::create_directories(folder, ignored)) ::chmod(folder.c_str(), 0700);
    const std::string partial = path + ".partial";
    const UniqueFd file(
        ::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return unwritable(partial);
    const auto written = ::write(file.get(), text.data(), text.size());
    if (written != static_cast<ssize_t>(text.size()) || ::fsync(file.get()) != 0)
        return unwritable(partial);
    if (::rename(partial.c_str(), path.c_str()) != 0) return unwritable(path);
    return {};
}

Result<Key> create_key(const std::string& path, std::int64_t now_ms) {
    Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (key == nullptr) return fail(Code::internal, "OpenSSL makes no Ed25519 key");
    TRY_VOID(write_file(path, document_of(*key, now_ms)));
    return key;
}

Result<Key> read_key(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const auto document = json::Document::parse(text.str());
    if (!file || !document) return damaged(path);
    const auto pem = document->root()["privateKeyPem"].text();
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (key == nullptr || EVP_PKEY_get_id(key.get()) != EVP_PKEY_ED25519) return damaged(path);
    return key;
}

} // namespace

Result<GatewayIdentity> GatewayIdentity::load_or_create(const std::string& path,
                                                        std::int64_t now_ms) {
    const bool exists = ::access(path.c_str(), F_OK) == 0;
    const Key key = TRY(exists ? read_key(path) : create_key(path, now_ms));
    Raw seed{};
    std::size_t size = seed.size();
    if (EVP_PKEY_get_raw_private_key(key.get(), seed.data(), &size) != 1) return damaged(path);
    GatewayIdentity identity;
    const Raw public_key = public_half(*key);
    identity.device_id_ = id_of(public_key);
    identity.public_key_ = to_base64url(public_key);
    identity.seed_ = Secret(std::string(reinterpret_cast<const char*>(seed.data()), size));
    ::explicit_bzero(seed.data(), seed.size());
    return identity;
}

Secret GatewayIdentity::derive(std::string_view purpose) const {
    const Digest digest = hmac_sha256(seed_, purpose);
    return Secret(std::string(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

} // namespace openclaw::auth
