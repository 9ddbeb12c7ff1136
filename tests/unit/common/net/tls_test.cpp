#include "common/base/unique_fd.h"
#include "common/loop/timer.h"
#include "common/net/certificates.h"
#include "common/net/https_client.h"
#include "tests/unit/workers/egress/in_process.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

using namespace openclaw;
using namespace openclaw::net;
using namespace std::chrono_literals;

namespace {

struct Directory {
    std::filesystem::path path;

    Directory() {
        char name[] = "/tmp/openclaw-tls-XXXXXX";
        path = mkdtemp(name);
    }

    ~Directory() { std::filesystem::remove_all(path); }
};

// A self-signed certificate for 127.0.0.1, valid for an hour.
struct Identity {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();

    Identity() {
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        auto* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
        X509_set_issuer_name(certificate, name);
        auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate, key, EVP_sha256());
    }

    ~Identity() {
        X509_free(certificate);
        EVP_PKEY_free(key);
    }

    void save(const std::string& file) const {
        FILE* out = fopen(file.c_str(), "w");
        REQUIRE(out != nullptr);
        PEM_write_X509(out, certificate);
        fclose(out);
    }
};

// Serves one connection with one request, blocking, on a thread of the test's own; then leaves.
class TlsServer {
  public:
    TlsServer(const Identity& identity, int highest_version)
        : context_(SSL_CTX_new(TLS_server_method()))
        , listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        SSL_CTX_use_certificate(context_, identity.certificate);
        SSL_CTX_use_PrivateKey(context_, identity.key);
        SSL_CTX_set_max_proto_version(context_, highest_version);
        SSL_CTX_set_security_level(context_,
                                   0); // so that old versions are refused by the client, not here
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(listen(listener_.get(), 1) == 0);
        REQUIRE(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        std::signal(SIGPIPE, SIG_IGN); // both ends write through OpenSSL
        thread_ = std::thread([this] { serve(); });
    }

    ~TlsServer() {
        shutdown(listener_.get(), SHUT_RDWR); // wakes accept() when nobody came
        thread_.join();
        SSL_CTX_free(context_);
    }

    std::string url(std::string_view host = "127.0.0.1") const {
        return "https://" + std::string(host) + ":" + std::to_string(port_) + "/";
    }

  private:
    void serve() {
        const UniqueFd socket(accept(listener_.get(), nullptr, nullptr));
        if (!socket) return;
        SSL* tls = SSL_new(context_);
        SSL_set_fd(tls, socket.get());
        char buffer[4096];
        constexpr std::string_view answer =
            "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret";
        if (SSL_accept(tls) == 1 && SSL_read(tls, buffer, sizeof buffer) > 0) {
            SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
            SSL_shutdown(tls);
        }
        SSL_free(tls);
    }

    SSL_CTX* context_;
    UniqueFd listener_;
    int port_ = 0;
    std::thread thread_;
};

HttpOutcome fetch(const std::string& url, HttpOptions options) {
    Loop loop;
    egress::test::InProcess egress(loop);
    HttpClient client(loop, egress, std::move(options));
    HttpRequest request;
    request.url = Secret(url);
    request.total_timeout = 10s;
    std::optional<HttpOutcome> outcome;
    HttpHandlers handlers;
    handlers.done = [&](HttpOutcome result) { outcome = std::move(result); };
    const auto call = client.start(std::move(request), std::move(handlers));
    while (!outcome)
        loop.turn();
    return std::move(*outcome);
}

} // namespace

TEST_SUITE("common/net") {
    TEST_CASE("a server with a trusted certificate is talked to over TLS") {
        const Directory directory;
        const Identity identity;
        identity.save(directory.path / "ca.pem");
        const TlsServer server(identity, TLS1_3_VERSION);
        HttpOptions options;
        options.ca_file = directory.path / "ca.pem";
        const auto outcome = fetch(server.url(), options);
        REQUIRE(outcome);
        CHECK(outcome->body == "secret");
    }

    TEST_CASE("an unknown certificate, another name and an old TLS version are refused before the "
              "request is written") {
        const Directory directory;
        const Identity identity;
        identity.save(directory.path / "ca.pem");
        HttpOptions trusting;
        trusting.ca_file = directory.path / "ca.pem";
        const auto check = [](const HttpOutcome& outcome) {
            REQUIRE_FALSE(outcome);
            CHECK(outcome.error().error.code == Code::unavailable);
            CHECK_FALSE(outcome.error().request_sent);
        };
        SUBCASE("unknown") {
            const TlsServer server(identity, TLS1_3_VERSION);
            const auto outcome = fetch(server.url(), {});
            check(outcome);
            CHECK(outcome.error().error.sentence.find("is not trusted") != std::string::npos);
            CHECK_FALSE(outcome.error().error.retryable);
        }
        SUBCASE("another name") {
            const TlsServer server(identity, TLS1_3_VERSION);
            check(fetch(server.url("localhost"), trusting));
        }
        SUBCASE("TLS 1.1") {
            const TlsServer server(identity, TLS1_1_VERSION);
            check(fetch(server.url(), trusting));
        }
    }

    TEST_CASE("a certificate file that cannot be read is the operator's mistake") {
        HttpOptions options;
        options.ca_file = "/nonexistent/ca.pem";
        const Identity identity;
        const TlsServer server(identity, TLS1_3_VERSION);
        const auto outcome = fetch(server.url(), options);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().error.code == Code::invalid);
    }

    TEST_CASE("a certificate directory counts when it is indexed") {
        const Directory directory;
        CHECK_FALSE(is_indexed_certificate_directory(directory.path));
        std::ofstream(directory.path / "authority.pem") << "x";
        CHECK_FALSE(is_indexed_certificate_directory(directory.path));
        std::ofstream(directory.path / "002c0b4f.0") << "x";
        CHECK(is_indexed_certificate_directory(directory.path));
        CHECK_FALSE(is_indexed_certificate_directory("/nonexistent"));
    }
}
