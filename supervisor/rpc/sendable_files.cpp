#include "supervisor/rpc/sendable_files.h"

#include "common/base/attached_file.h"
#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/workspace_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace openclaw::rpc {

namespace {

struct Place {
    std::string folder, below;
};

// Links resolved; empty: it is not there.
std::string real_path(const std::string& path) {
    std::error_code error;
    return std::filesystem::canonical(path, error).string();
}

bool lies_below(const std::string& path, const std::string& folder) {
    return !folder.empty() && path.starts_with(folder + "/");
}

bool is_kept_back(const SendableFolders& folders, const std::string& root,
                  const std::string& file) {
    const auto state = real_path(folders.state_directory);
    return (lies_below(file, state) && !lies_below(root, state)) ||
           file == real_path(folders.config_file);
}

// The same sentence whether the file is there or not.
Failure may_not_be_sent(const SendableFolders& folders, const std::string& path) {
    return fail(Code::denied, path + " may not be sent: only files under " + folders.roots.front() +
                                  " and the agents' workspaces may; copy it there");
}

// Of a file that is not there, too: then what is there of its path is resolved.
Result<Place> place_of(const SendableFolders& folders, const std::string& path) {
    std::error_code error;
    const auto file = std::filesystem::weakly_canonical(path, error).string();
    for (const auto& root : folders.roots) {
        const auto folder = real_path(root);
        if (lies_below(file, folder) && !is_kept_back(folders, folder, file))
            return Place{.folder = folder, .below = file.substr(folder.size() + 1)};
    }
    return may_not_be_sent(folders, path);
}

// A link that is met here leads to nothing: one that leads somewhere was resolved before. Where it
// would lead is not told either.
Failure not_opened(const SendableFolders& folders, const std::string& path, const Error& error) {
    if (error.system_errno == ELOOP || error.system_errno == ENOTDIR)
        return may_not_be_sent(folders, path);
    if (error.code == Code::not_found) return fail(Code::not_found, path + " is not there");
    return Failure(system_error(error.code, "cannot open " + path, error.system_errno));
}

Result<std::size_t> size_of(int fd, const std::string& path) {
    struct stat facts = {};
    if (::fstat(fd, &facts) != 0)
        return Failure(system_error(Code::unavailable, "cannot look at " + path, errno));
    if (!S_ISREG(facts.st_mode)) return fail(Code::invalid, path + " is no regular file");
    const auto size = static_cast<std::size_t>(facts.st_size);
    if (size > max_attached_bytes)
        return fail(Code::invalid, path + " is larger than a message may carry (24 MiB)");
    return size;
}

Result<std::string> read_whole(int fd, std::size_t size, const std::string& path) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const auto got = ::read(fd, bytes.data() + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Failure(system_error(Code::unavailable, "cannot read " + path, errno));
        if (got == 0)
            return fail(Code::unavailable,
                        path + ": the file became shorter while it was read; try again");
        have += static_cast<std::size_t>(got);
    }
    return bytes;
}

} // namespace

SendableFolders sendable_folders(const GatewayFacts& facts) {
    SendableFolders folders{.state_directory = facts.state_directory,
                            .config_file = facts.config_path,
                            .roots = {facts.state_directory + "/media"}};
    for (const auto& [id, agent] : facts.agents.entries)
        folders.roots.push_back(workspace_of(agent, facts));
    return folders;
}

Result<SendableFile> read_sendable(const SendableFolders& folders, const std::string& path) {
    const auto [folder, below] = TRY(place_of(folders, path));
    const auto fd = open_below({.root = folder}, below, O_RDONLY);
    if (!fd) return not_opened(folders, path, fd.error());
    const auto size = TRY(size_of(fd->get(), path));
    return SendableFile{.name = name_of(below), .bytes = TRY(read_whole(fd->get(), size, path))};
}

} // namespace openclaw::rpc
