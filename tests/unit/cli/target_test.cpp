#include "cli/target.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

struct Home {
    std::string folder;

    Home() {
        char name[] = "/tmp/openclaw-cli-test-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        folder = name;
    }

    ~Home() { std::filesystem::remove_all(folder); }

    void write_config(std::string_view text) const {
        std::ofstream(folder + "/openclaw.json") << text;
        chmod((folder + "/openclaw.json").c_str(), 0600);
    }

    Context context(config::Environment environment = {}) const {
        environment["OPENCLAW_STATE_DIR"] = folder;
        environment["HOME"] = folder; // paths below it are shown with ~
        const auto paths = config::resolve_paths({}, environment).value();
        return {.console = Console(STDOUT_FILENO, STDERR_FILENO, true),
                .globals = {},
                .environment = environment,
                .paths = paths};
    }
};

ConnectionOptions with(std::string url, std::int64_t port = 0, std::string token = {}) {
    ConnectionOptions options;
    options.url = std::move(url);
    options.port = port;
    options.token = std::move(token);
    return options;
}

} // namespace

TEST_SUITE("cli/target") {
    TEST_CASE("without any option the control socket in the state directory is asked, without a "
              "credential") {
        const Home home;
        const auto target = resolve_target(home.context(), {}).value();
        CHECK(target.control_socket == home.folder + "/run/supervisor.sock");
        CHECK(target.token.empty());
    }
    TEST_CASE("a port means this machine, with the configured token before the environment's") {
        const Home home;
        home.write_config(R"({gateway:{mode:"local",auth:{mode:"token",token:"from-the-file"}}})");
        const auto target =
            resolve_target(home.context({{"OPENCLAW_GATEWAY_TOKEN", "from-the-environment"}}),
                           with("", 19001))
                .value();
        CHECK(target.control_socket.empty());
        CHECK(target.name == "ws://127.0.0.1:19001");
        CHECK(target.token.reveal() == "from-the-file");
        CHECK(resolve_target(home.context(), with("", 19001, "flag"))->token.reveal() == "flag");
    }
    TEST_CASE("OPENCLAW_GATEWAY_URL is used, below the flags") {
        const Home home;
        const config::Environment environment{{"OPENCLAW_GATEWAY_URL", "ws://127.0.0.1:20001"},
                                              {"OPENCLAW_GATEWAY_TOKEN", "t"}};
        CHECK(resolve_target(home.context(environment), {})->websocket.port == 20001);
        CHECK(resolve_target(home.context(environment), with("", 19001))->websocket.port == 19001);
    }
    TEST_CASE("no credential for a WebSocket is said before anything is opened") {
        const Home home;
        const auto error = resolve_target(home.context(), with("", 19001)).error();
        CHECK(error.type == CallError::Type::credentials_required);
        CHECK(error.message.find("Fix:") != std::string::npos);
    }
    TEST_CASE("--url uses neither the file's nor the environment's credentials") {
        const Home home;
        home.write_config(R"({gateway:{mode:"local",auth:{mode:"token",token:"ours"}}})");
        const auto error = resolve_target(home.context({{"OPENCLAW_GATEWAY_TOKEN", "ours"}}),
                                          with("ws://127.0.0.1:19001"))
                               .error();
        CHECK(error.type == CallError::Type::credentials_required);
        CHECK(error.message.starts_with("gateway url override requires explicit credentials\n"));
        CHECK(resolve_target(home.context(), with("ws://127.0.0.1:19001", 0, "theirs"))
                  ->token.reveal() == "theirs");
        CHECK(resolve_target(home.context(), with("ws://127.0.0.1:1", 2, "t"))
                  .error()
                  .message.starts_with("--url cannot be combined"));
    }
    TEST_CASE("addresses are read, and those we cannot keep safe are refused with the way around") {
        CHECK(parse_websocket_url("ws://localhost:1234/path")->path == "/path");
        CHECK(parse_websocket_url("ws://[::1]:1234")->host == "::1");
        CHECK(parse_websocket_url("ws://[::1]")->port == 18789);
        CHECK(parse_websocket_url("wss://example.org").error().message.find("not supported yet") !=
              std::string::npos);
        CHECK(parse_websocket_url("ws://192.168.1.2:18789").error().message.find("ssh -L") !=
              std::string::npos);
        CHECK_FALSE(parse_websocket_url("ws://127.0.0.1:99999"));
        CHECK_FALSE(parse_websocket_url("http://127.0.0.1"));
    }
    TEST_CASE("a remote gateway of the configuration is known by its URL and token") {
        const Home home;
        CHECK_FALSE(remote_target(home.context()));
        home.write_config(
            R"({gateway:{mode:"remote",remote:{url:"ws://127.0.0.1:20002",token:"there"}}})");
        const auto target = remote_target(home.context());
        REQUIRE(target);
        CHECK(target->websocket.port == 20002);
        CHECK(target->token.reveal() == "there");
    }
    TEST_CASE("an unreachable gateway fails at once with five lines") {
        const Home home;
        const auto error = open_gateway(home.context(), {}).error();
        CHECK(error.code == "ENOENT");
        CHECK(error.message ==
              "Gateway not reachable: no gateway is running for this state directory (ENOENT)\n"
              "Gateway target: ~/run/supervisor.sock\n"
              "Source: local control socket\n"
              "Config: ~/openclaw.json\n"
              "Start it with: openclaw gateway run   ·   Diagnose with: openclaw gateway status");
    }
}
