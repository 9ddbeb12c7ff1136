#include "common/config/paths.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::config;

namespace {

Paths paths(const Environment& environment, const PathOptions& options = {}) {
    const auto resolved = resolve_paths(options, environment);
    REQUIRE(resolved);
    return *resolved;
}

} // namespace

TEST_SUITE("common/config") {
    TEST_CASE("everything lies below ~/.openclaw when nothing is said") {
        const Paths found = paths({{"HOME", "/home/op"}});
        CHECK(found.state_directory == "/home/op/.openclaw");
        CHECK(found.config_file == "/home/op/.openclaw/openclaw.json");
        CHECK(found.workspace == "/home/op/.openclaw/workspace");
        CHECK(found.in_state("run/x") == "/home/op/.openclaw/run/x");
    }
    TEST_CASE("OPENCLAW_HOME replaces the home, a profile gets directories of its own") {
        const Paths found = paths(
            {{"HOME", "/home/op"}, {"OPENCLAW_HOME", "/srv/claw"}, {"OPENCLAW_PROFILE", "lab"}});
        CHECK(found.state_directory == "/srv/claw/.openclaw-lab");
        CHECK(found.workspace == "/srv/claw/.openclaw/workspace-lab");
        CHECK(paths({{"HOME", "/h"}, {"OPENCLAW_PROFILE", "default"}}).state_directory ==
              "/h/.openclaw");
    }
    TEST_CASE("explicit directories win over the profile") {
        const Paths found = paths({{"HOME", "/h"},
                                   {"OPENCLAW_STATE_DIR", "~/s"},
                                   {"OPENCLAW_CONFIG_PATH", "/etc/claw.json"}},
                                  {.profile = "x"});
        CHECK(found.state_directory == "/h/s");
        CHECK(found.config_file == "/etc/claw.json");
        CHECK(found.workspace == "/h/s/workspace");
    }
    TEST_CASE("profile names are words, and --dev is a profile of its own") {
        for (const char* name : {"a/b", "", "../x", "a b", "-x", "é"})
            if (*name != '\0') CHECK_FALSE(resolve_paths({.profile = name}, {{"HOME", "/h"}}));
        CHECK_FALSE(resolve_paths({.profile = "x", .dev = true}, {{"HOME", "/h"}}));
        CHECK(paths({{"HOME", "/h"}}, {.dev = true}).state_directory == "/h/.openclaw-dev");
    }
    TEST_CASE("the port comes from flag, environment, config, profile, default, in this order") {
        const Paths plain = paths({{"HOME", "/h"}});
        const Paths rescue = paths({{"HOME", "/h"}}, {.profile = "rescue"});
        const Paths dev = paths({{"HOME", "/h"}}, {.dev = true});
        const Environment environment = {{"OPENCLAW_GATEWAY_PORT", "[::1]:2000"}};
        CHECK(resolve_port(1000, environment, 3000, plain)->number == 1000);
        CHECK(resolve_port({}, environment, 3000, plain)->number == 2000);
        CHECK(resolve_port({}, {}, 3000, rescue)->number == 3000);
        CHECK(resolve_port({}, {}, {}, rescue)->number == 23532); // OPS.md 4 gives this number
        CHECK(resolve_port({}, {}, {}, dev)->number == 19001);
        CHECK(resolve_port({}, {}, {}, plain)->number == 18789);
        CHECK(resolve_port({}, {}, {}, plain)->source == "default");
        CHECK_FALSE(resolve_port(70'000, {}, {}, plain));
        CHECK_FALSE(resolve_port({}, {{"OPENCLAW_GATEWAY_PORT", "host:x"}}, {}, plain));
    }
    TEST_CASE("a path is shown with ~ and read with ~") {
        CHECK(expand_home("~/x", "/home/op") == "/home/op/x");
        CHECK(expand_home("~other/x", "/home/op") == "~other/x");
        CHECK(shorten_home("/home/op/.openclaw", "/home/op") == "~/.openclaw");
        CHECK(shorten_home("/home/operator", "/home/op") == "/home/operator");
    }
}
