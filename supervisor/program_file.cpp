#include "supervisor/program_file.h"

#include <climits>

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string_view>
#include <utility>

namespace openclaw {

namespace {

struct CloseFile {
    void operator()(FILE* file) const { fclose(file); }
};

using File = std::unique_ptr<FILE, CloseFile>;

// A replaced file keeps its name, with a mark behind it.
std::string own_program() {
    std::array<char, PATH_MAX> path{};
    const ssize_t size = readlink("/proc/self/exe", path.data(), path.size() - 1);
    std::string name(path.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    constexpr std::string_view mark = " (deleted)"; // proc(5)
    if (name.ends_with(mark)) name.resize(name.size() - mark.size());
    return name;
}

bool is_same(const timespec& one, const timespec& other) {
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

// His name, if nobody else's entry has this group.
std::string name_of_only_user(gid_t group, uid_t user, const char* users_file) {
    const File file(fopen(users_file, "re"));
    std::string name;
    while (const passwd* entry = file ? fgetpwent(file.get()) : nullptr) {
        if (entry->pw_uid == user)
            name = entry->pw_name;
        else if (entry->pw_gid == group)
            return {};
    }
    return name;
}

bool may_others_write(const struct stat& info) {
    if (info.st_uid != geteuid() && info.st_uid != 0) return true;
    if ((info.st_mode & S_IWOTH) != 0) return true;
    return (info.st_mode & S_IWGRP) != 0 && !is_group_of_one(info.st_gid, info.st_uid);
}

} // namespace

Result<ProgramFile> ProgramFile::look_at(std::string path) {
    if (path.empty()) path = own_program();

    struct stat info {};

    if (!path.starts_with('/'))
        return fail(Code::invalid, "name the new program with its whole path, not " + path);
    if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || access(path.c_str(), X_OK) != 0)
        return fail(Code::not_found, "there is no program " + path);
    if (may_others_write(info))
        return fail(Code::denied,
                    path + " could have been written by somebody else: its owner must be you or "
                           "root, and others may not write it (nor a group that others are in)");
    return ProgramFile(std::move(path), info);
}

bool ProgramFile::is_unchanged() const {
    struct stat now {};

    return stat(path_.c_str(), &now) == 0 && now.st_dev == seen_.st_dev &&
           now.st_ino == seen_.st_ino && now.st_size == seen_.st_size &&
           is_same(now.st_mtim, seen_.st_mtim) && is_same(now.st_ctim, seen_.st_ctim);
}

bool is_group_of_one(gid_t group, uid_t user, const char* users_file, const char* groups_file) {
    const std::string name = name_of_only_user(group, user, users_file);
    const File file(fopen(groups_file, "re"));
    bool is_known = false;
    while (const ::group* entry = file ? fgetgrent(file.get()) : nullptr) {
        if (entry->gr_gid != group) continue;
        is_known = true;
        for (char** member = entry->gr_mem; *member != nullptr; ++member)
            if (name != *member) return false;
    }
    return is_known && !name.empty();
}

} // namespace openclaw
