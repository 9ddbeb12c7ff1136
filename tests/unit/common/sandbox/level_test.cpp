#include "common/sandbox/level.h"

#include <doctest/doctest.h>

using namespace openclaw::sandbox;

TEST_SUITE("common/sandbox") {
    TEST_CASE("a level is whole when every wall stands that no other replaces") {
        Level level{{{.name = "files", .holds = true},
                     {.name = "namespaces", .holds = false, .detail = "none", .is_spare = true}}};
        CHECK(level.is_whole());
        CHECK(level.words() == "whole");
        CHECK(level.missing().empty());
    }
    TEST_CASE("a level names what is missing, and why") {
        Level level{{{.name = "files", .holds = false, .detail = "no Landlock"},
                     {.name = "network", .holds = true},
                     {.name = "calls", .holds = false, .detail = "no seccomp"}}};
        CHECK_FALSE(level.is_whole());
        CHECK(level.words() == "without files, calls");
        CHECK(level.missing() == "files (no Landlock), calls (no seccomp)");
    }
    TEST_CASE("a build without a sandbox says so") {
        CHECK_FALSE(Level{}.is_whole());
        CHECK(Level{}.words() == "none");
        CHECK(Level{}.missing().find("no sandbox") != std::string::npos);
    }
}
