// supervisor/program_file.h — the file a new image is made of: who may have written it, and whether
// it is still the one that was looked at.
#pragma once

#include "common/base/result.h"

#include <sys/stat.h>

#include <string>

namespace openclaw {

class ProgramFile {
  public:
    // `path` empty: the file this process was started from, as it is on the disk now. Errors:
    // invalid (no whole path), not_found, denied (others than its owner, you or root, may write
    // it).
    static Result<ProgramFile> look_at(std::string path);

    const std::string& path() const { return path_; }

    bool is_unchanged() const; // same file, same bytes as far as its times and size tell

  private:
    ProgramFile(std::string path, const struct stat& seen)
        : path_(std::move(path))
        , seen_(seen) {}

    std::string path_;
    struct stat seen_;
};

// Nobody but `user` is in this group, by his own entry (passwd(5)) or the group's list (group(5)).
// Only these two files are asked: a directory service may be slow, and a group that only it knows
// is not known to be anybody's alone.
bool is_group_of_one(gid_t group, uid_t user, const char* users_file = "/etc/passwd",
                     const char* groups_file = "/etc/group");

} // namespace openclaw
