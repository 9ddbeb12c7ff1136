#include "cli/doctor/facts.h"
#include "cli/doctor/folder.h"
#include "cli/service/file.h"
#include "common/base/names.h"
#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace openclaw::cli::doctor {

namespace {

constexpr int deepest = 4;             // …/credentials/whatsapp/<account>/file
constexpr std::size_t most_named = 50; // more tell nothing new

// What programs that keep folders in step with a server call theirs (OPS.md 12.2, state-integrity).
constexpr std::array<std::string_view, 6> synced_folders = {
    "Dropbox", "OneDrive", "Google Drive", "GoogleDrive", "CloudStorage", "iCloud"};

std::string who_syncs(std::string_view path) {
    for (const auto name : synced_folders)
        if (path.contains("/" + std::string(name))) return std::string(name);
    return {};
}

bool is_in_memory(const std::string& path) {
    struct statfs facts {};

    if (statfs(path.c_str(), &facts) != 0) return false;
    return facts.f_type == TMPFS_MAGIC || facts.f_type == RAMFS_MAGIC;
}

// What agents make for themselves is their own affair; nothing of ours is in it.
bool is_of_agents(std::string_view name) {
    return name.starts_with("workspace");
}

void find_open(const std::string& path, int depth, std::vector<FileFacts>& found) {
    const Folder folder = open_folder(path);
    if (!folder) return;
    while (const dirent* entry = readdir(folder.get())) {
        const std::string_view name(entry->d_name);
        if (name == "." || name == ".." || is_of_agents(name)) continue;
        auto facts = look_at_file(path + "/" + std::string(name));
        const bool descends = facts.is_folder && !facts.is_link && depth < deepest;
        if (descends) find_open(facts.path, depth + 1, found);
        if (facts.is_open() && found.size() < most_named) found.push_back(std::move(facts));
    }
}

std::uint32_t big_endian(const unsigned char* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
           std::uint32_t{bytes[2]} << 8 | bytes[3];
}

// https://www.sqlite.org/fileformat.html, 1.3: magic, page size (offset 16), pages (offset 28).
std::string header_damage(const std::string& path, std::int64_t bytes) {
    std::array<unsigned char, 100> header{};
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return "it cannot be opened";
    if (read(file.get(), header.data(), header.size()) != static_cast<ssize_t>(header.size()))
        return "it is too short to be a database";
    if (std::memcmp(header.data(), "SQLite format 3", 16) != 0) return "it is no SQLite database";
    const std::int64_t written = header[16] << 8 | header[17];
    const std::int64_t page = written == 1 ? 65'536 : written;
    const std::int64_t pages = big_endian(header.data() + 28);
    if (pages > 0 && page * pages > bytes)
        return "it has been cut off: " + std::to_string(bytes) + " of " +
               std::to_string(page * pages) + " bytes";
    return {};
}

LedgerFacts look_at_ledger(const std::string& path) {
    LedgerFacts facts{.file = look_at_file(path)};

    struct stat found {};

    if (stat(path.c_str(), &found) != 0) return facts;
    facts.bytes = found.st_size;
    facts.damage = header_damage(path, facts.bytes);
    return facts;
}

} // namespace

StateFacts look_at_state(const config::Paths& paths) {
    StateFacts facts;
    facts.folder = look_at_file(paths.state_directory);
    if (!facts.folder.exists) return facts;
    facts.is_writable = access(paths.state_directory.c_str(), W_OK | X_OK) == 0;
    facts.is_volatile = is_in_memory(paths.state_directory);
    facts.synced_by = who_syncs(paths.state_directory);
    find_open(paths.state_directory, 1, facts.too_open);
    std::erase_if(facts.too_open,
                  [&](const FileFacts& file) { return file.path == paths.config_file; });
    std::ranges::sort(facts.too_open, {}, &FileFacts::path);
    facts.has_foreign_ledger = look_at_file(paths.in_state("state/openclaw.sqlite")).exists;
    facts.owner = find_owner(paths.in_state(names::lock_file));
    facts.variables = config::parse_env_file(text_of(paths.in_state(".env")));
    facts.ledger = look_at_ledger(paths.in_state(names::ledger_file));
    return facts;
}

} // namespace openclaw::cli::doctor
