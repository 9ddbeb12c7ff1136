// Files of others: read, write, list, change, remove, make a way around.
#include "tests/redteam/attack.h"

#include <fcntl.h>
#include <linux/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace openclaw::redteam {

namespace {

std::string opening(const std::string& path, int how, const char* what) {
    const long fd = syscall(SYS_openat, AT_FDCWD, path.c_str(), how, 0600);
    if (fd < 0) return judge(fd, what);
    std::array<char, 16> bytes{};
    const ssize_t size = read(static_cast<int>(fd), bytes.data(), bytes.size());
    close(static_cast<int>(fd));
    return "REACHED: " + std::string(what) + " (" + std::to_string(size) + " bytes)";
}

constexpr auto attacks = std::to_array<Attack>({
    {"read", [](auto& path, auto&) { return opening(path, O_RDONLY, "read it"); }},
    {"write",
     [](auto& path, auto&) { return opening(path, O_WRONLY | O_APPEND, "opened it to write"); }},
    {"create", [](auto& path, auto&) { return opening(path, O_RDWR | O_CREAT, "made it"); }},
    {"list", [](auto& path, auto&) { return opening(path, O_RDONLY | O_DIRECTORY, "listed it"); }},
    {"path_handle",
     [](auto& path, auto&) {
         const long fd = syscall(SYS_openat, AT_FDCWD, path.c_str(), O_PATH);
         if (fd < 0) return judge(fd, "a handle");
         const std::string around = "/proc/self/fd/" + std::to_string(fd);
         return opening(around, O_RDONLY, "read it by its handle");
     }},
    {"openat2",
     [](auto& path, auto&) {
         const std::array<std::uint64_t, 3> how{};
         return judge(syscall(SYS_openat2, AT_FDCWD, path.c_str(), how.data(), sizeof how),
                      "opened it");
     }},
    {"remove",
     [](auto& path, auto&) {
         return judge(syscall(SYS_unlinkat, AT_FDCWD, path.c_str(), 0), "removed it");
     }},
    {"rename",
     [](auto& path, auto&) {
         return judge(syscall(SYS_renameat2, AT_FDCWD, path.c_str(), AT_FDCWD,
                              (path + ".stolen").c_str(), 0),
                      "renamed it");
     }},
    {"link",
     [](auto& path, auto&) {
         return judge(syscall(SYS_linkat, AT_FDCWD, path.c_str(), AT_FDCWD, "/tmp/stolen", 0),
                      "linked to it");
     }},
    {"chmod",
     [](auto& path, auto&) {
         return judge(syscall(SYS_fchmodat, AT_FDCWD, path.c_str(), 0777), "opened it to all");
     }},
    {"truncate",
     [](auto& path, auto&) { return judge(syscall(SYS_truncate, path.c_str(), 0), "emptied it"); }},
    {"look",
     [](auto& path, auto&) {
         std::array<char, 4096> target{};
         return judge(syscall(SYS_readlinkat, AT_FDCWD, path.c_str(), target.data(), target.size()),
                      "saw where it leads");
     }},
});

} // namespace

std::span<const Attack> file_attacks() {
    return attacks;
}

} // namespace openclaw::redteam
