#include "common/config/channels/echo.h"
#include "supervisor/process/environment.h"
#include "supervisor/process/programs.h"

#include <doctest/doctest.h>

#include <filesystem>

using namespace openclaw;
using namespace openclaw::process;

TEST_SUITE("process/environment") {
    TEST_CASE("a worker gets locale, path and certificates, and nothing else") {
        const std::vector<std::string_view> ours{
            "PATH=/bin",        "HOME=/root",     "OPENCLAW_GATEWAY_TOKEN=secret",
            "https_proxy=p:1",  "TZ=UTC",         "LD_PRELOAD=evil.so",
            "SSL_CERT_FILE=/c", "PATHOLOGICAL=1", "TZ"};
        const std::vector<std::string> expected{"PATH=/bin", "TZ=UTC", "SSL_CERT_FILE=/c"};
        CHECK(worker_environment(ours) == expected);
    }
}

TEST_SUITE("process/programs") {
    TEST_CASE("a program is found in a folder of its name too") {
        const auto found = Programs({"/nowhere", OPENCLAW_WORKERS_DIR}).find(config::echo_worker);
        REQUIRE(found);
        CHECK(*found == std::string(OPENCLAW_WORKERS_DIR) + "/echo/openclaw-worker-echo");
    }
    TEST_CASE("a folder may be named relative to where we are, the program is not") {
        const auto before = std::filesystem::current_path();
        std::filesystem::current_path(OPENCLAW_WORKERS_DIR);
        const auto found = Programs({"."}).find(config::echo_worker);
        std::filesystem::current_path(before);
        REQUIRE(found);
        CHECK(found->starts_with("/"));
    }
    TEST_CASE("a missing program is an error that names where it was looked for") {
        const auto found = Programs({"/nowhere"}).find(config::echo_worker);
        REQUIRE_FALSE(found);
        CHECK(found.error().sentence.find("/nowhere/openclaw-worker-echo") != std::string::npos);
    }
}
