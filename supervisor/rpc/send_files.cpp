#include "supervisor/rpc/send_files.h"

#include "supervisor/rpc/agents.h"
#include "supervisor/rpc/attachments.h"
#include "supervisor/rpc/workspace_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace openclaw::rpc {

namespace {

struct Wanted {
    std::vector<std::string> roots;
    std::vector<std::string> paths;
    std::string mime; // of the only one; empty: its name tells it
};

std::vector<std::string> roots_of(const GatewayFacts& facts) {
    std::vector<std::string> roots{facts.state_directory + "/media"};
    for (const auto& [id, agent] : facts.agents.entries)
        roots.push_back(workspace_of(agent, facts));
    return roots;
}

Result<std::string> path_meant(std::string_view written) {
    if (written.starts_with("https://") || written.starts_with("http://"))
        return fail(Code::invalid,
                    "mediaUrl: this build does not fetch files from the internet; send the bytes "
                    "as `buffer` (base64), or the path of a file under the state directory's "
                    "media/ or a workspace");
    constexpr std::string_view scheme = "file://";
    if (written.starts_with(scheme)) written.remove_prefix(scheme.size());
    if (!written.starts_with('/'))
        return fail(Code::invalid,
                    "mediaUrl must be an absolute path, \"" + std::string(written) + "\" is none");
    return std::string(written);
}

Result<std::vector<std::string>> paths_in(json::View params) {
    std::vector<std::string> paths;
    if (const auto one = params["mediaUrl"].text(params["media"].text()); !one.empty())
        paths.push_back(TRY(path_meant(one)));
    const auto list = params["mediaUrls"];
    for (std::size_t i = 0; i < list.size(); ++i)
        paths.push_back(TRY(path_meant(list.at(i).text())));
    if (paths.size() > max_attached_files)
        return fail(Code::invalid, "a message may carry 10 files at most");
    return paths;
}

// Where `path` lies below one of the roots, when it does.
Result<std::pair<std::string, std::string>> place_of(const Wanted& wanted,
                                                     const std::string& path) {
    std::error_code error;
    const auto real = std::filesystem::canonical(path, error).string();
    if (error) return fail(Code::not_found, path + " is not there: " + error.message());
    for (const auto& root : wanted.roots) {
        const auto folder = std::filesystem::canonical(root, error).string() + "/";
        if (!error && real.starts_with(folder))
            return std::pair(folder, real.substr(folder.size()));
    }
    return fail(Code::denied, path + " may not be sent: only files under " + wanted.roots.front() +
                                  " and the agents' workspaces may; copy it there");
}

Result<std::string> read_whole(int fd, std::size_t size, const std::string& path) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const auto got = ::read(fd, bytes.data() + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return Failure(system_error(Code::unavailable, "cannot read " + path, errno));
        have += static_cast<std::size_t>(got);
    }
    return bytes;
}

Result<AttachedFile> read_file(const Wanted& wanted, const std::string& path) {
    const auto [root, below] = TRY(place_of(wanted, path));
    const auto fd = TRY(open_below(root, below, O_RDONLY));
    struct stat facts = {};
    if (::fstat(fd.get(), &facts) != 0)
        return Failure(system_error(Code::unavailable, "cannot look at " + path, errno));
    if (!S_ISREG(facts.st_mode)) return fail(Code::invalid, path + " is no regular file");
    const auto size = static_cast<std::size_t>(facts.st_size);
    if (size > max_attached_bytes)
        return fail(Code::invalid, path + " is larger than a message may carry (24 MiB)");
    return attached_file(below, wanted.mime, TRY(read_whole(fd.get(), size, path)));
}

Result<ledger::SharedFiles> read_files(const Wanted& wanted, AttachedFiles files) {
    for (const auto& path : wanted.paths) {
        files.push_back(TRY(read_file(wanted, path)));
        if (bytes_of(files) > max_attached_bytes)
            return fail(Code::invalid, "a message may carry 24 MiB of files at most");
    }
    return std::make_shared<const AttachedFiles>(std::move(files));
}

Result<AttachedFiles> files_in(json::View params) {
    AttachedFiles files;
    const auto buffer = params["buffer"].text();
    if (buffer.empty()) return files;
    auto bytes = bytes_of_base64(buffer);
    if (!bytes) return fail(Code::invalid, "buffer is not base64");
    auto file =
        attached_file(params["filename"].text(), params["contentType"].text(), std::move(*bytes));
    if (const auto type = image_type_of(file.bytes); !type.empty()) {
        file.mime = type;
        file.kind = "image";
    }
    files.push_back(std::move(file));
    return files;
}

} // namespace

void gather_files(const FilePlace& place, json::View params, OnSendFiles done) {
    auto files = files_in(params);
    auto paths = paths_in(params);
    if (!files) return done(Failure(files.error()));
    if (!paths) return done(Failure(paths.error()));
    if (paths->empty() && files->empty()) return done(nullptr);
    if (paths->empty()) return done(std::make_shared<const AttachedFiles>(std::move(*files)));
    Wanted wanted{.roots = roots_of(place.facts), .paths = std::move(*paths), .mime = {}};
    if (wanted.paths.size() == 1) wanted.mime = params["contentType"].text();
    auto answer = std::make_shared<Result<ledger::SharedFiles>>(nullptr);
    place.loop.on_pool([wanted = std::move(wanted), files = std::move(*files),
                        answer]() mutable { *answer = read_files(wanted, std::move(files)); },
                       [answer, done = std::move(done)]() mutable { done(std::move(*answer)); });
}

} // namespace openclaw::rpc
