#include "common/ipc/in_flight.h"

#include <doctest/doctest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace openclaw;
using namespace openclaw::ipc;

namespace {

UniqueFd new_file() {
    UniqueFd fd(memfd_create("in-flight", MFD_CLOEXEC));
    REQUIRE(shape_in_flight_file(fd.get()));
    return fd;
}

std::vector<InFlightPart> noted_in(const UniqueFd& file) {
    auto parts = read_in_flight_file(file.get());
    REQUIRE(parts);
    return std::move(*parts);
}

} // namespace

TEST_SUITE("common/ipc") {
    TEST_CASE("what a process noted is read after it was killed") {
        const auto file = new_file();
        const pid_t child = fork();
        if (child == 0) {
            InFlight mine;
            const bool is_noted = mine.open(file) && mine.note("a1", 0, 1) && mine.note("a2", 1, 1);
            mine.arrived("a2", 1, 3, "777");
            raise(is_noted ? SIGKILL : SIGABRT);
        }
        int status = 0;
        REQUIRE(waitpid(child, &status, 0) == child);
        REQUIRE(WTERMSIG(status) == SIGKILL);
        const auto parts = noted_in(file);
        REQUIRE(parts.size() == 2);
        CHECK(parts[0].action == action_hash("a1"));
        CHECK_FALSE(parts[0].message_id);
        CHECK(parts[1].part == 1);
        CHECK(parts[1].parts == 3);
        CHECK(parts[1].message_id == "777");
    }
    TEST_CASE("a part is struck by its own attempt, not by the record of an earlier one") {
        const auto file = new_file();
        InFlight mine;
        REQUIRE(mine.open(file));
        REQUIRE(mine.note("a1", 0, 1));
        REQUIRE(mine.note("a1", 0, 2)); // the same part, once more
        mine.strike("a1", 0, 1);
        CHECK(noted_in(file).size() == 1);
        mine.strike("a1", 0, 2);
        CHECK(noted_in(file).empty());
        CHECK(mine.size() == 0);
    }
    TEST_CASE("a part that leaves again has not arrived yet") {
        const auto file = new_file();
        InFlight mine;
        REQUIRE(mine.open(file));
        REQUIRE(mine.note("a1", 0, 1));
        mine.arrived("a1", 0, 1, "777");
        REQUIRE(mine.note("a1", 0, 2));
        CHECK_FALSE(noted_in(file).front().message_id);
    }
    TEST_CASE(
        "an id that is too long is not cut: the part has left, and that is all that is known") {
        const auto file = new_file();
        InFlight mine;
        REQUIRE(mine.open(file));
        REQUIRE(mine.note("a1", 0, 1));
        mine.arrived("a1", 0, 1, std::string(41, '7'));
        CHECK_FALSE(noted_in(file).front().message_id);
    }
    TEST_CASE("a full file takes no more until something is struck") {
        const auto file = new_file();
        InFlight mine;
        CHECK_FALSE(mine.note("a1", 0, 1)); // not open
        REQUIRE(mine.open(file));
        std::uint32_t part = 0;
        while (mine.note("a1", part, 1))
            ++part;
        CHECK(part == 511);
        mine.strike("a1", 7, 1);
        CHECK(mine.note("a2", 0, 1));
    }
    TEST_CASE("a file of another shape is refused by both sides") {
        UniqueFd empty(memfd_create("empty", MFD_CLOEXEC));
        InFlight mine;
        CHECK_FALSE(mine.open(empty));
        CHECK_FALSE(read_in_flight_file(empty.get()));
        const auto cut = new_file();
        REQUIRE(ftruncate(cut.get(), 4096) == 0);
        CHECK(read_in_flight_file(cut.get()).error().code == Code::corrupt);
        const auto scribbled = new_file();
        REQUIRE(pwrite(scribbled.get(), "x", 1, 0) == 1);
        CHECK(read_in_flight_file(scribbled.get()).error().code == Code::corrupt);
        CHECK_FALSE(mine.open(scribbled));
    }
}
