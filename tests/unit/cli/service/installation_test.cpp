#include "cli/service/installation.h"
#include "cli/service/owner.h"
#include "cli/service/run.h"
#include "common/base/unique_fd.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

struct Folder {
    Folder() {
        char name[] = "/tmp/openclaw-service-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path = name;
    }

    ~Folder() { std::filesystem::remove_all(path); }

    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories(std::filesystem::path(path + "/" + name).parent_path());
        std::ofstream(path + "/" + name) << text;
    }

    std::string read(const std::string& name) const {
        std::ifstream file(path + "/" + name);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    config::Paths paths() const { return config::resolve_paths({}, {{"HOME", path}}).value(); }

    std::string path;
};

} // namespace

TEST_SUITE("cli/service") {
    TEST_CASE("a unit is written whole, and the one before is kept") {
        const Folder home;
        const auto place = unit_place(UnitKind::user, home.paths(), {});
        CHECK(place.file == home.path + "/.config/systemd/user/openclaw-gateway.service");
        auto first = write_unit(place, "one\n").value();
        CHECK(first.changed);
        CHECK_FALSE(first.kept_backup);
        CHECK_FALSE(write_unit(place, "one\n").value().changed);
        CHECK(write_unit(place, "two\n").value().kept_backup);
        CHECK(home.read(".config/systemd/user/openclaw-gateway.service") == "two\n");
        CHECK(home.read(".config/systemd/user/openclaw-gateway.service.bak") == "one\n");
        CHECK(std::distance(std::filesystem::directory_iterator(place.folder), {}) == 2);
    }
    TEST_CASE("the machine's units are in a folder of their own, and come before the user's") {
        const Folder root;
        const auto place = unit_place(UnitKind::system, root.paths(), {}, root.path + "/");
        CHECK(place.file == root.path + "/etc/systemd/system/openclaw-gateway.service");
        const auto user = unit_place(UnitKind::user, root.paths(), {});
        CHECK_FALSE(forbids_second_unit(user, root.path + "/").has_value());
        root.write("etc/systemd/system/openclaw-gateway.service", "[Unit]\n");
        CHECK(forbids_second_unit(user, root.path + "/").has_value());
        CHECK_FALSE(forbids_second_unit(place, root.path + "/").has_value());
    }
    TEST_CASE("a state directory that is not the profile's own has no service") {
        const Folder home;
        CHECK_FALSE(forbids_these_paths(home.paths()).has_value());
        const auto other =
            config::resolve_paths({}, {{"HOME", home.path}, {"OPENCLAW_STATE_DIR", "/tmp/x"}});
        CHECK(forbids_these_paths(*other).has_value());
        const auto profile = config::resolve_paths({.profile = "b"}, {{"HOME", home.path}});
        CHECK_FALSE(forbids_these_paths(*profile).has_value());
    }
    TEST_CASE("the owner of a state directory is who holds its lock, not who is written there") {
        const Folder state;
        state.write("gateway.lock", "{\"pid\":" + std::to_string(getpid()) + ",\"port\":18790}\n");
        const std::string lock = state.path + "/gateway.lock";
        CHECK_FALSE(find_owner(lock));
        const UniqueFd held(open(lock.c_str(), O_RDWR | O_CLOEXEC));
        REQUIRE(flock(held.get(), LOCK_EX) == 0);
        CHECK(find_owner(lock).pid == getpid());
        CHECK(find_owner(lock).port == 18790);
        state.write("gateway.lock", "{\"pid\":1}\n");
        CHECK_FALSE(find_owner(lock));
        CHECK_FALSE(find_owner(state.path + "/nothing"));
    }
    TEST_CASE("a program is run to its end, and killed when it takes too long") {
        const auto ended =
            run_to_end({"sh", "-c", "echo out; echo err >&2; exit 3"}, Milliseconds(5000)).value();
        CHECK(ended.exit_code == 3);
        CHECK(ended.out == "out\n");
        CHECK(ended.err == "err\n");
        CHECK(run_to_end({"no-such-program-here"}, Milliseconds(5000)).error().code ==
              Code::not_found);
        CHECK(run_to_end({"sleep", "60"}, Milliseconds(50)).error().code == Code::timeout);
    }
}
