// doctor/folder.h — an open directory with one owner.
#pragma once

#include <dirent.h>

#include <memory>
#include <string>

namespace openclaw::cli::doctor {

struct CloseFolder {
    void operator()(DIR* folder) const { closedir(folder); }
};

using Folder = std::unique_ptr<DIR, CloseFolder>;

inline Folder open_folder(const std::string& path) {
    return Folder(opendir(path.c_str()));
}

} // namespace openclaw::cli::doctor
