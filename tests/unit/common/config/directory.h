// A directory that goes away with its test.
#pragma once

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

class Directory {
  public:
    Directory() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "config-test-XXXXXX").string();
        root_ = mkdtemp(pattern.data());
    }

    ~Directory() { std::filesystem::remove_all(root_); }

    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::string path(std::string_view name) const { return root_ + "/" + std::string(name); }

    std::string write(std::string_view name, std::string_view content) const {
        std::ofstream(path(name), std::ios::binary) << content;
        chmod(path(name).c_str(), 0600);
        return path(name);
    }

    std::string read(std::string_view name) const {
        std::ifstream file(path(name), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    bool has(std::string_view name) const { return std::filesystem::exists(path(name)); }

  private:
    std::string root_;
};
