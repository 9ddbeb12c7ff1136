#include "supervisor/instance_lock.h"

#include "common/json/read.h"
#include "common/json/write.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace openclaw {

namespace {

std::string owner_in(int fd) {
    std::array<char, 512> body{};
    const ssize_t size = pread(fd, body.data(), body.size(), 0);
    const auto document =
        json::Document::parse({body.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
    if (!document) return "pid unknown";
    const auto root = document->root();
    std::string owner = "pid " + std::to_string(root["pid"].integer());
    if (root["port"].integer() > 0) owner += ", port " + std::to_string(root["port"].integer());
    return owner;
}

} // namespace

Result<InstanceLock> InstanceLock::take(const std::string& path) {
    std::error_code problem;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
    UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd)
        return Failure(
            system_error(Code::unavailable, "cannot open the instance lock " + path, errno));
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(Code::busy, "gateway already running (" + owner_in(fd.get()) +
                                    ") on this state directory; lock " + path);
    InstanceLock lock(std::move(fd));
    lock.describe(0);
    return lock;
}

UniqueFd InstanceLock::duplicate() const {
    return UniqueFd(fcntl(fd_.get(), F_DUPFD, 3));
}

void InstanceLock::describe(int port) const {
    const std::string body = json::Writer()
                                 .begin_object()
                                 .member("pid", getpid())
                                 .member("port", port)
                                 .end_object()
                                 .take() +
                             "\n";
    if (ftruncate(fd_.get(), 0) == 0) (void)!pwrite(fd_.get(), body.data(), body.size(), 0);
}

} // namespace openclaw
