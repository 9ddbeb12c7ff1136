#include "common/sandbox/paths.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace openclaw::sandbox {

namespace {

// Where distributions keep them, and where update-ca-certificates(8) links to: an entry of
// /etc/ssl/certs is a link to a file of the others. Not /etc/ssl, which holds private keys too.
constexpr auto certificates = std::to_array<std::string_view>({
    "/etc/ssl/certs",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
});

// X509_get_default_cert_file_env(3): what the operator trusts instead.
constexpr auto certificate_variables =
    std::to_array<const char*>({"SSL_CERT_FILE", "SSL_CERT_DIR"});

// What getaddrinfo(3) reads, and where resolv.conf is a link to (resolvconf, NetworkManager,
// systemd-resolved, connman).
constexpr auto lookup = std::to_array<std::string_view>({
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/localtime",
    "/run/systemd/resolve",
    "/run/NetworkManager",
    "/run/resolvconf",
    "/run/connman",
});

// A new resolv.conf replaces the old one by a rename, and a rule holds for the old one only. Who is
// not root may read the folder: nothing in it that it can open is a secret.
constexpr std::string_view lookup_folder = "/etc";

template <class List>
void add(std::vector<std::string>& paths, const List& more) {
    for (const auto path : more)
        if (access(std::string(path).c_str(), R_OK) == 0) paths.emplace_back(path);
}

} // namespace

std::vector<std::string> readable_paths(const Profile& profile) {
    std::vector<std::string> paths;
    if (profile.reads_certificates) {
        add(paths, certificates);
        for (const char* variable : certificate_variables)
            if (const char* path = getenv(variable); path != nullptr && *path == '/')
                paths.emplace_back(path);
    }
    if (profile.net == Net::client_stream) {
        add(paths, lookup);
        if (geteuid() != 0) paths.emplace_back(lookup_folder);
    }
    return paths;
}

} // namespace openclaw::sandbox
