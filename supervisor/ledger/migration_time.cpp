#include "supervisor/ledger/migration_time.h"

#include "supervisor/ledger/schema.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace openclaw::ledger {

namespace {

constexpr std::uint64_t bytes_a_second = 4u << 20;
// The database header (sqlite.org/fileformat.html, 1.3): "pragma user_version" stands at 60, four
// bytes, the highest first.
constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::size_t version_at = 60;

std::uint64_t size_of(const std::string& path) {
    std::error_code absent;
    const auto size = std::filesystem::file_size(path, absent);
    return absent ? 0 : size;
}

std::uint32_t version_in_header(const std::string& path) {
    std::array<char, version_at + 4> header{};
    std::ifstream file(path, std::ios::binary);
    if (!file.read(header.data(), header.size())) return 0;
    if (std::string_view(header.data(), magic.size()) != magic) return 0;
    std::uint32_t version = 0;
    for (std::size_t i = version_at; i < header.size(); ++i)
        version = version << 8 | static_cast<unsigned char>(header[i]);
    return version;
}

} // namespace

std::uint64_t bytes_of(const std::string& path) {
    return size_of(path) + size_of(path + "-wal");
}

std::uint64_t bytes_to_migrate(const std::string& path) {
    const auto found = version_in_header(path);
    const auto known = static_cast<std::uint32_t>(schema().back().to);
    return found == 0 || found >= known ? 0 : bytes_of(path);
}

Milliseconds time_to_migrate(std::uint64_t bytes) {
    return std::chrono::seconds((bytes + bytes_a_second - 1) / bytes_a_second);
}

} // namespace openclaw::ledger
