#include "common/sandbox/namespaces.h"

#include "common/base/unique_fd.h"
#include "common/sandbox/paths.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace openclaw::sandbox {

namespace {

bool write_all(const char* path, std::string_view text) {
    const UniqueFd file(open(path, O_WRONLY | O_CLOEXEC));
    return file && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// user_namespaces(7): who is not privileged may map itself alone, and must give up setgroups first.
bool stay_who_we_are(uid_t user, gid_t group) {
    const auto same = [](auto id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
    return write_all("/proc/self/uid_map", same(user)) &&
           write_all("/proc/self/setgroups", "deny") &&
           write_all("/proc/self/gid_map", same(group));
}

// Every folder on the way to `path` below the new root; the last one may be a file.
bool make_place(const std::string& path, bool is_folder) {
    for (auto slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1))
        if (mkdir(path.substr(0, slash).c_str(), 0755) != 0 && errno != EEXIST) return false;
    if (is_folder) return mkdir(path.c_str(), 0755) == 0 || errno == EEXIST;
    return static_cast<bool>(UniqueFd(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0444)));
}

// A mount of a less privileged namespace may not lose a flag of the one it copies.
unsigned long flags_kept(const char* path) {
    struct statvfs facts {};

    if (statvfs(path, &facts) != 0) return 0;
    unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;
    if ((facts.f_flag & ST_NOATIME) != 0) flags |= MS_NOATIME;
    if ((facts.f_flag & ST_NODIRATIME) != 0) flags |= MS_NODIRATIME;
    if ((facts.f_flag & ST_RELATIME) != 0) flags |= MS_RELATIME;
    return flags;
}

bool show(const std::string& root, const std::string& path) {
    struct stat kind {};

    if (stat(path.c_str(), &kind) != 0) return true;
    const std::string place = root + path;
    if (access(place.c_str(), F_OK) == 0) return true; // inside a folder that is shown
    if (!make_place(place, S_ISDIR(kind.st_mode))) return false;
    if (mount(path.c_str(), place.c_str(), nullptr, MS_BIND, nullptr) != 0) return false;
    return mount(nullptr, place.c_str(), nullptr, MS_REMOUNT | MS_BIND | flags_kept(place.c_str()),
                 nullptr) == 0;
}

// pivot_root(2), "pivot_root(".", ".")": the old root ends up on top of the new one and is let go.
bool move_into(const char* root) {
    return chdir(root) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
           umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

// Built on top of /proc, which is there (the maps were written into it) and is not wanted any more.
bool build_root(const Profile& profile) {
    constexpr const char* root = "/proc";
    constexpr unsigned long hard = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
    if (mount("tmpfs", root, "tmpfs", hard, "size=64k,mode=0555") != 0) return false;
    for (const auto& path : readable_paths(profile))
        if (!show(root, path)) return false;
    return move_into(root) &&
           mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY | hard, "size=64k,mode=0555") == 0;
}

} // namespace

NamespacesOutcome enter_namespaces(const Profile& profile) {
    NamespacesOutcome outcome;
    const uid_t user = geteuid(); // outside: inside nobody has a name yet
    const gid_t group = getegid();
    const bool keeps_network = profile.net == Net::client_stream;
    const int wanted = CLONE_NEWUSER | CLONE_NEWIPC | CLONE_NEWUTS |
                       (keeps_network ? 0 : CLONE_NEWNET | CLONE_NEWNS);
    outcome.has_user = unshare(wanted) == 0 && stay_who_we_are(user, group);
    if (!outcome.has_user) return outcome.refused = errno, outcome;
    if (keeps_network) return outcome;
    outcome.has_network = true;
    outcome.has_root = build_root(profile);
    if (!outcome.has_root) outcome.refused = errno;
    return outcome;
}

} // namespace openclaw::sandbox
