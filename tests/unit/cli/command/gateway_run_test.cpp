#include "cli/command/gateway_run.h"

#include <doctest/doctest.h>

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

struct SecretFile {
    char path[32] = "/tmp/openclaw-secret-XXXXXX";

    SecretFile(std::string_view text, mode_t mode) {
        const int file = mkstemp(path);
        REQUIRE(file >= 0);
        REQUIRE(write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        fchmod(file, mode);
        close(file);
    }

    ~SecretFile() { unlink(path); }
};

using Words = std::vector<std::string>;

} // namespace

TEST_SUITE("cli/command") {
    TEST_CASE("the daemon gets its options, and never a secret among them") {
        RunOptions options;
        options.port = 19001;
        options.bind = "lan";
        options.token = "hush";
        options.password = "hush too";
        options.allow_unconfigured = true;
        const auto arguments =
            daemon_arguments(options, {.profile = "rescue", .log_level = "debug"});
        CHECK(arguments == Words{"--port", "19001", "--bind", "lan", "--auth", "token",
                                 "--log-level", "debug", "--profile", "rescue",
                                 "--allow-unconfigured"});
        CHECK(daemon_arguments({}, {}).empty());
    }
    TEST_CASE("the daemon is looked for beside us, in a build tree, and where it is installed") {
        CHECK(daemon_places("/x/build/cli") ==
              Words{"/x/build/cli/openclaw-gateway", "/x/build/cli/../supervisor/openclaw-gateway",
                    "/x/build/cli/../libexec/openclaw/openclaw-gateway",
                    "/x/build/cli/../lib/openclaw/openclaw-gateway"});
    }
    TEST_CASE("a token file must be for its owner only, and hold something") {
        CHECK(read_secret_file(SecretFile("  abc\n", 0600).path).value() == "abc");
        CHECK(read_secret_file(SecretFile("abc", 0644).path).error().code == Code::denied);
        CHECK(read_secret_file(SecretFile(" \n", 0600).path).error().code == Code::invalid);
        CHECK(read_secret_file("/nonexistent/token").error().code == Code::not_found);
        CHECK(read_secret_file("/dev/null").error().code == Code::denied);
    }
}
