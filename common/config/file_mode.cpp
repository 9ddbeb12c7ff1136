#include "common/config/file_mode.h"

#include "common/base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

namespace openclaw::config {

namespace {

constexpr mode_t of_others = 077;

Place place_of(const std::string& path) {
    Place place;
    place.file = std::make_shared<const std::string>(path.substr(path.rfind('/') + 1));
    return place;
}

} // namespace

std::optional<Issue> judge_mode(int fd, const std::string& path, const std::string& what,
                                OpenFile then) {
    struct stat facts = {};
    if (fstat(fd, &facts) != 0 || (facts.st_mode & of_others) == 0) return std::nullopt;
    Issue issue{.path = {}, .place = place_of(path), .message = {}, .remedy = {}};
    if (then == OpenFile::close && facts.st_uid == geteuid() && fchmod(fd, 0600) == 0) {
        issue.message = what + " was open to others: its mode is 0600 now";
    } else {
        issue.message = what + " is open to others";
        issue.remedy = "run: chmod 600 " + path;
    }
    return issue;
}

std::optional<Issue> judge_mode(const std::string& path, const std::string& what, OpenFile then) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts = {};
    if (!fd || fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
    return judge_mode(fd.get(), path, what, then);
}

} // namespace openclaw::config
