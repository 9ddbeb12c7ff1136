#include "supervisor/program_file.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace openclaw;

namespace {

class Folder {
  public:
    Folder() {
        std::string path = (std::filesystem::temp_directory_path() / "program-XXXXXX").string();
        REQUIRE(mkdtemp(path.data()) != nullptr);
        path_ = path;
    }

    ~Folder() { std::filesystem::remove_all(path_); }

    std::string file(const std::string& name, std::string_view text, mode_t mode = 0644) const {
        const auto path = (path_ / name).string();
        std::ofstream(path) << text;
        chmod(path.c_str(), mode);
        return path;
    }

  private:
    std::filesystem::path path_;
};

} // namespace

TEST_SUITE("supervisor/continuity") {
    TEST_CASE("a program is named with its whole path, exists, and may be executed") {
        const Folder folder;
        CHECK(ProgramFile::look_at("here/gateway").error().code == Code::invalid);
        CHECK(ProgramFile::look_at("/nowhere/gateway").error().code == Code::not_found);
        CHECK(ProgramFile::look_at(folder.file("data", "x")).error().code == Code::not_found);
        const auto program = folder.file("gateway", "x", 0755);
        REQUIRE(ProgramFile::look_at(program));
        CHECK(ProgramFile::look_at(program)->path() == program);
        const auto own = ProgramFile::look_at({});
        REQUIRE(own);
        CHECK(own->path() == std::filesystem::read_symlink("/proc/self/exe").string());
    }

    TEST_CASE("a program that others may write is none") {
        const Folder folder;
        CHECK(ProgramFile::look_at(folder.file("a", "x", 0757)).error().code == Code::denied);
        const auto shared = folder.file("b", "x", 0775);
        const bool is_alone = is_group_of_one(getegid(), geteuid());
        CHECK(ProgramFile::look_at(shared).has_value() == is_alone);
    }

    TEST_CASE("a program is unchanged until it is written, replaced or gone") {
        const Folder folder;
        const auto path = folder.file("gateway", "one", 0755);
        const auto program = ProgramFile::look_at(path);
        REQUIRE(program);
        CHECK(program->is_unchanged());
        folder.file("gateway", "other", 0755);
        CHECK_FALSE(program->is_unchanged());
        const auto again = ProgramFile::look_at(path);
        REQUIRE(again);
        std::filesystem::rename(folder.file("next", "two", 0755), path);
        CHECK_FALSE(again->is_unchanged());
        std::filesystem::remove(path);
        CHECK_FALSE(again->is_unchanged());
    }

    TEST_CASE("a group is one's own when nobody else is in it, by either file") {
        const Folder folder;
        const auto users = folder.file("passwd", "root:x:0:0::/:/bin/sh\n"
                                                 "ann:x:1000:1000::/:/bin/sh\n"
                                                 "bob:x:1001:100::/:/bin/sh\n"
                                                 "cyn:x:1002:100::/:/bin/sh\n");
        const auto groups = folder.file("group", "root:x:0:\n"
                                                 "ann:x:1000:ann\n"
                                                 "users:x:100:\n"
                                                 "shared:x:200:ann,bob\n"
                                                 "lent:x:300:bob\n");
        const auto is_alone = [&](gid_t group, uid_t user) {
            return is_group_of_one(group, user, users.c_str(), groups.c_str());
        };
        CHECK(is_alone(1000, 1000));
        CHECK(is_alone(0, 0));
        CHECK_FALSE(is_alone(100, 1001));  // another's own group, too
        CHECK_FALSE(is_alone(200, 1000));  // another is in its list
        CHECK_FALSE(is_alone(300, 1000));  // he is not in it, another is
        CHECK_FALSE(is_alone(4000, 1000)); // nobody knows it
        CHECK_FALSE(is_alone(1000, 4000)); // nor him
        CHECK_FALSE(is_group_of_one(0, 0, "/nowhere", "/nowhere"));
    }
}
