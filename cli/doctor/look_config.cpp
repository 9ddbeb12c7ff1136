#include "cli/doctor/facts.h"
#include "common/base/unique_fd.h"
#include "common/config/migrate.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace openclaw::cli::doctor {

namespace {

constexpr std::array<std::string_view, 5> backups = {".bak", ".bak.1", ".bak.2", ".bak.3",
                                                     ".bak.4"}; // config/edit.h, newest first

Result<std::string> read_whole(const std::string& path) {
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) return Failure(system_error(Code::unavailable, "cannot open " + path, errno));
    std::string text;
    std::array<char, 16'384> chunk{};
    for (ssize_t got = 0; (got = read(file.get(), chunk.data(), chunk.size())) != 0;) {
        if (got < 0) return Failure(system_error(Code::unavailable, "cannot read " + path, errno));
        text.append(chunk.data(), static_cast<std::size_t>(got));
        if (text.size() > config::max_document_bytes)
            return fail(Code::invalid, path + " is larger than 8 MB");
    }
    return text;
}

std::string newest_good_backup(const config::LoadOptions& source) {
    for (const auto suffix : backups) {
        const std::string path = source.file + std::string(suffix);
        const auto text = read_whole(path);
        if (text && config::load_text(*text, source)) return path;
    }
    return {};
}

void read_text(ConfigFacts& facts, const std::string& text, const config::LoadOptions& source) {
    auto document = config::parse(text);
    facts.parses = document.has_value() && document->root.is_object();
    if (facts.parses) {
        facts.has_comments = document->has_comments;
        config::migrate(document->root, facts.legacy);
    }
    auto loaded = config::load_text(text, source);
    if (!loaded) {
        facts.issues = std::move(loaded.error());
        if (!facts.parses) facts.good_backup = newest_good_backup(source);
        return;
    }
    facts.config = std::move(*loaded);
    for (const auto& path : facts.config->included)
        facts.included.push_back(look_at_file(path));
}

} // namespace

FileFacts look_at_file(const std::string& path) {
    FileFacts facts{.path = path};

    struct stat found {};

    if (lstat(path.c_str(), &found) != 0) return facts;
    facts.exists = true;
    facts.is_link = S_ISLNK(found.st_mode);
    if (facts.is_link && stat(path.c_str(), &found) != 0) return facts;
    facts.is_folder = S_ISDIR(found.st_mode);
    facts.is_ours = found.st_uid == geteuid();
    facts.mode = found.st_mode & 0777;
    return facts;
}

ConfigFacts look_at_config(const config::LoadOptions& source) {
    ConfigFacts facts;
    facts.file = look_at_file(source.file);
    if (!facts.file.exists) {
        if (auto defaults = config::load_text("{}", source)) {
            defaults->exists = false;
            facts.config = std::move(*defaults);
        }
        return facts;
    }
    const auto text = read_whole(source.file);
    if (!text)
        facts.unreadable = text.error().sentence;
    else
        read_text(facts, *text, source);
    return facts;
}

} // namespace openclaw::cli::doctor
