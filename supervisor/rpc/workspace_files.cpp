#include "supervisor/rpc/workspace_files.h"

#include "common/base/strings.h"
#include "supervisor/rpc/agents.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

namespace openclaw::rpc {

namespace {

constexpr std::size_t max_entries = 5000; // of one folder

std::int64_t modified_ms(const struct stat& facts) {
    return facts.st_mtim.tv_sec * 1000 + facts.st_mtim.tv_nsec / 1'000'000;
}

// All of it, or what went wrong.
Result<void> write_all(int fd, std::string_view content, const std::string& path) {
    while (!content.empty()) {
        const auto written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            return Failure(system_error(Code::unavailable, "cannot write " + path, errno));
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

// By what it is, not by its name: another way to the same file is none, either.
bool is_kept_back(const Workspace& workspace, int fd) {
    struct stat opened = {}, kept = {};
    if (::fstat(fd, &opened) != 0) return true;
    return std::ranges::any_of(workspace.kept_back, [&](const std::string& path) {
        return ::stat(path.c_str(), &kept) == 0 && kept.st_dev == opened.st_dev &&
               kept.st_ino == opened.st_ino;
    });
}

Failure gateways_own(std::string_view path) {
    return fail(Code::denied, std::string(path) +
                                  " leads to the gateway's own files, which are not shown here; "
                                  "choose a workspace beside the state directory");
}

} // namespace

Workspace workspace_folder(const config::Agent& agent, const GatewayFacts& facts) {
    return {.root = workspace_of(agent, facts),
            .kept_back = {facts.state_directory, facts.config_path}};
}

Result<UniqueFd> open_below(const Workspace& workspace, std::string_view path, int flags) {
    UniqueFd at(::open(workspace.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!at)
        return Failure(system_error(errno == ENOENT ? Code::not_found : Code::unavailable,
                                    "cannot open the workspace " + workspace.root, errno));
    if (is_kept_back(workspace, at.get())) return gateways_own(workspace.root);
    if (path.empty()) return at;
    const auto parts = split(path, '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool is_last = i + 1 == parts.size();
        const int how = is_last ? flags : O_RDONLY | O_DIRECTORY;
        UniqueFd next(::openat(at.get(), std::string(parts[i]).c_str(),
                               how | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
        if (!next)
            return Failure(system_error(errno == ENOENT ? Code::not_found : Code::denied,
                                        "cannot open " + std::string(path), errno));
        if (is_kept_back(workspace, next.get())) return gateways_own(path);
        at = std::move(next);
    }
    return at;
}

bool is_inside(std::string_view path) {
    if (path.empty()) return true;
    if (path.front() == '/' || path.contains('\0')) return false;
    for (const auto part : split(path, '/'))
        if (part.empty() || part == "." || part == "..") return false;
    return true;
}

std::optional<std::string> path_inside(const Call& call) {
    std::string path = text_in(call.params, "path");
    if (is_inside(path)) return path;
    call.reply.fail(invalid_request("the path leaves the workspace"));
    return std::nullopt;
}

std::string path_below(std::string_view folder, std::string_view name) {
    std::string path(folder);
    if (!path.empty()) path += '/';
    return path.append(name);
}

void write_entry(json::Writer& out, std::string_view path, const WorkspaceEntry& entry) {
    out.begin_object().member("path", path).member("name", entry.name);
    out.member("kind", entry.is_folder ? "directory" : "file");
    if (!entry.is_folder) out.member("size", entry.size);
    out.member("updatedAtMs", entry.updated_at_ms).end_object();
}

std::string parent_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return std::string(slash == path.npos ? "" : path.substr(0, slash));
}

std::string name_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return std::string(slash == path.npos ? path : path.substr(slash + 1));
}

bool WorkspaceFile::is_text() const {
    return is_valid_utf8(content) && !content.contains('\0');
}

Result<WorkspaceFile> read_workspace_file(const Workspace& workspace, const std::string& path) {
    const auto fd = TRY(open_below(workspace, path, O_RDONLY));
    WorkspaceFile view;
    struct stat facts = {};
    if (::fstat(fd.get(), &facts) != 0)
        return Failure(system_error(Code::unavailable, "cannot look at " + path, errno));
    if (!S_ISREG(facts.st_mode)) return fail(Code::invalid, path + " is no regular file");
    if (static_cast<std::size_t>(facts.st_size) > max_workspace_file)
        return fail(Code::invalid, path + " is larger than 1 MiB");
    view.size = facts.st_size;
    view.updated_at_ms = modified_ms(facts);
    view.content.resize(static_cast<std::size_t>(facts.st_size));
    std::size_t have = 0;
    while (have < view.content.size()) {
        const auto got = ::read(fd.get(), view.content.data() + have, view.content.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Failure(system_error(Code::unavailable, "cannot read " + path, errno));
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    view.content.resize(have);
    return view;
}

Result<void> write_workspace_file(const Workspace& workspace, const std::string& path,
                                  const std::string& content) {
    std::error_code ignored;
    std::filesystem::create_directories(workspace.root,
                                        ignored); // opening it tells what went wrong
    const auto folder = TRY(open_below(workspace, parent_of(path), O_RDONLY | O_DIRECTORY));
    const std::string name = name_of(path), staged = "." + name + "." + random_hex(4);
    const UniqueFd fd(::openat(folder.get(), staged.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return Failure(system_error(Code::denied, "cannot write into " + workspace.root, errno));
    auto outcome = write_all(fd.get(), content, path);
    if (outcome && (::fsync(fd.get()) != 0 ||
                    ::renameat(folder.get(), staged.c_str(), folder.get(), name.c_str()) != 0))
        outcome = Failure(system_error(Code::unavailable, "cannot write " + path, errno));
    if (!outcome) ::unlinkat(folder.get(), staged.c_str(), 0);
    return outcome;
}

Result<std::vector<WorkspaceEntry>> read_workspace_folder(const Workspace& workspace,
                                                          const std::string& path) {
    auto fd = TRY(open_below(workspace, path, O_RDONLY | O_DIRECTORY));
    const int number = fd.release();
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::fdopendir(number), ::closedir);
    if (folder == nullptr) {
        ::close(number);
        return fail(Code::unavailable, "cannot read the folder " + path);
    }
    std::vector<WorkspaceEntry> entries;
    while (const dirent* at = ::readdir(folder.get())) {
        const std::string name = at->d_name;
        struct stat facts = {};
        if (name == "." || name == ".." || entries.size() >= max_entries) continue;
        if (::fstatat(::dirfd(folder.get()), at->d_name, &facts, AT_SYMLINK_NOFOLLOW) != 0)
            continue; // gone meanwhile
        if (!S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode)) continue;
        entries.push_back({.name = to_valid_utf8(name),
                           .is_folder = S_ISDIR(facts.st_mode),
                           .size = facts.st_size,
                           .updated_at_ms = modified_ms(facts)});
    }
    std::ranges::sort(entries, {}, &WorkspaceEntry::name);
    return entries;
}

void answer_from_pool(Loop& loop, const Reply& reply,
                      std::move_only_function<Result<std::string>()> make) {
    const auto answer = std::make_shared<Result<std::string>>(std::string());
    loop.on_pool([make = std::move(make), answer]() mutable { *answer = make(); },
                 [reply, answer] {
                     if (*answer)
                         reply.ok(**answer);
                     else
                         reply.fail(answer->error());
                 });
}

} // namespace openclaw::rpc
