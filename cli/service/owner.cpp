#include "cli/service/owner.h"

#include "cli/service/file.h"
#include "common/base/strings.h"
#include "common/json/read.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>

namespace openclaw::cli {

namespace {

// "1: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF". The device is left out: some file systems show
// another one to stat(2).
bool is_held_by(std::string_view locks, pid_t pid, ino_t inode) {
    const std::string owner = " " + std::to_string(pid) + " ";
    const std::string file = ":" + std::to_string(inode) + " ";
    for (const auto line : split(locks, '\n'))
        if (line.contains("FLOCK") && line.contains(owner) && line.contains(file)) return true;
    return false;
}

} // namespace

Owner find_owner(const std::string& lock_file, const std::string& locks) {
    struct stat facts {};

    if (stat(lock_file.c_str(), &facts) != 0) return {};
    const auto body = json::Document::parse(text_of(lock_file));
    if (!body) return {};
    const auto pid = static_cast<pid_t>(body->root()["pid"].integer());
    if (pid <= 0 || !is_held_by(text_of(locks), pid, facts.st_ino)) return {};
    return {.pid = pid, .port = static_cast<int>(body->root()["port"].integer())};
}

Watched::Watched(pid_t pid)
    : fd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

Watched::~Watched() {
    if (fd_ >= 0) close(fd_);
}

bool Watched::send(int signal) const {
    return fd_ >= 0 && syscall(SYS_pidfd_send_signal, fd_, signal, nullptr, 0) == 0;
}

bool Watched::ended_within(int milliseconds) const {
    if (fd_ < 0) return true;
    pollfd watched{fd_, POLLIN, 0};
    return poll(&watched, 1, milliseconds) > 0;
}

} // namespace openclaw::cli
