#include "supervisor/ledger/place.h"

#include "common/log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

namespace openclaw::ledger {

namespace {

std::string directory_of(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path().string();
    return parent.empty() ? "." : parent;
}

Failure cannot(std::string_view what, const std::string& path, int error_number) {
    auto error = system_error(Code::denied, std::string(what) + " " + path, error_number);
    error.sentence +=
        "; make the directory writable for this user or choose another state directory";
    return Failure(std::move(error));
}

Result<void> make_directories(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
    if (errno != ENOENT) return cannot("cannot create the directory", directory, errno);
    TRY_VOID(make_directories(directory_of(directory)));
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return cannot("cannot create the directory", directory, errno);
    return sync_directory_of(directory);
}

std::string owner_of(int lock) {
    char text[32] = {};
    const auto size = ::pread(lock, text, sizeof text - 1, 0);
    return size > 0 ? "process " + std::string(text, static_cast<std::size_t>(size))
                    : "another process";
}

// A lock file of its own: closing any descriptor of the ledger itself would drop SQLite's POSIX
// locks.
Result<UniqueFd> take_lock(const std::string& path) {
    const auto name = path + ".lock";
    UniqueFd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock) return cannot("cannot open the lock", name, errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return fail(Code::busy, "the ledger " + path + " is in use by " + owner_of(lock.get()) +
                                    "; stop that gateway or use another state directory");
    }
    const auto pid = std::to_string(::getpid());
    if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), pid.data(), pid.size(), 0) < 0)
        return cannot("cannot write the lock", name, errno);
    return lock;
}

// Made here, not by SQLite, so that the mode is right from the first moment; the log takes the
// file's mode over.
Result<void> make_file(const std::string& path, Place& place) {
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return cannot("cannot open the ledger", path, errno);

    struct stat facts {};

    if (::fstat(file.get(), &facts) != 0) return cannot("cannot look at the ledger", path, errno);
    if (facts.st_uid != ::geteuid()) return cannot("another user owns the ledger", path, EPERM);
    if ((facts.st_mode & 077) != 0) {
        if (::fchmod(file.get(), 0600) != 0)
            return cannot("cannot tighten the mode of the ledger", path, errno);
        log::warn("ledger.mode_tightened", {{"path", path}});
    }
    place.file_bytes = static_cast<std::uint64_t>(facts.st_size);
    place.is_new = facts.st_size == 0;
    return {};
}

bool is_left_behind(const std::string& log) {
    struct stat facts {};

    return ::stat(log.c_str(), &facts) == 0 && facts.st_size > 0;
}

} // namespace

Result<Place> prepare_place(const std::string& path) {
    TRY_VOID(make_directories(directory_of(path)));
    Place place;
    place.lock = TRY(take_lock(path)); // before the file is touched: it may be another gateway's
    TRY_VOID(make_file(path, place));
    place.was_unclean = is_left_behind(path + "-wal"); // a clean end removes it
    if (place.is_new) TRY_VOID(sync_directory_of(path));
    return place;
}

Result<void> sync_directory_of(const std::string& path) {
    const auto directory = directory_of(path);
    const UniqueFd handle(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle || ::fsync(handle.get()) != 0)
        return cannot("cannot sync the directory", directory, errno);
    return {};
}

} // namespace openclaw::ledger
