#include "supervisor/process/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace openclaw::process {

namespace {

constexpr auto kept = std::to_array<std::string_view>({
    "TZ", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_TIME", "LC_MESSAGES", "PATH",
        // OpenSSL: X509_get_default_cert_file_env.
        "SSL_CERT_FILE", "SSL_CERT_DIR",
#if defined(__SANITIZE_ADDRESS__)
        "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
#endif
});

bool is_kept(std::string_view entry) {
    const auto name = entry.substr(0, entry.find('='));
    return name.size() < entry.size() && std::ranges::find(kept, name) != kept.end();
}

} // namespace

std::vector<std::string> worker_environment(std::span<const std::string_view> ours) {
    std::vector<std::string> theirs;
    for (const auto entry : ours)
        if (is_kept(entry)) theirs.emplace_back(entry);
    return theirs;
}

std::vector<std::string_view> own_environment() {
    std::vector<std::string_view> entries;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        entries.emplace_back(*entry);
    return entries;
}

} // namespace openclaw::process
