#include "common/net/certificates.h"

#include "common/net/curl_library.h"

#include <algorithm>
#include <filesystem>

namespace openclaw::net {

namespace {

// c_rehash(1): eight hexadecimal digits, a dot, a number that tells equal hashes apart.
bool is_index_name(std::string_view name) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    if (name.size() < 10 || name[8] != '.') return false;
    return name.substr(0, 8).find_first_not_of(hexadecimal) == std::string_view::npos &&
           name.substr(9).find_first_not_of("0123456789") == std::string_view::npos;
}

std::string find_directory() {
    const auto* facts = curl().version_info(CURLVERSION_NOW);
    if (facts->age < CURLVERSION_SEVENTH || facts->capath == nullptr) return {};
    return is_indexed_certificate_directory(facts->capath) ? facts->capath : std::string();
}

} // namespace

const std::string& indexed_certificate_directory() {
    static const std::string directory = find_directory();
    return directory;
}

bool is_indexed_certificate_directory(const std::string& directory) {
    std::error_code problem;
    const std::filesystem::directory_iterator entries(directory, problem);
    if (problem) return false;
    return std::any_of(begin(entries), end(entries), [](const auto& entry) {
        return is_index_name(entry.path().filename().string());
    });
}

} // namespace openclaw::net
