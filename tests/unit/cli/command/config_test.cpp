// The configuration commands against a real file, without a gateway.
#include "tests/unit/cli/command/fake_gateway.h"

#include <sys/stat.h>

#include <fstream>

using namespace openclaw;
using namespace openclaw::cli;
using namespace openclaw::cli::testing;

TEST_SUITE("cli/command") {
    TEST_CASE("a value that was set can be read, changed once, and removed once") {
        FakeGateway home({});
        CHECK(home.run({"config", "set", "gateway.port", "19001"}).out ==
              "Updated gateway.port. Restart the gateway to apply.\n");
        CHECK(home.run({"config", "get", "gateway.port"}).out == "19001\n");
        CHECK(home.run({"config", "set", "gateway.port", "19001"}).out == "No change\n");
        CHECK(home.run({"config", "unset", "gateway.port"}).out ==
              "Removed gateway.port. Restart the gateway to apply.\n");
        const auto again = home.run({"config", "unset", "gateway.port"});
        CHECK(again.exit_code == 1);
        CHECK(again.err == "Config path not found: gateway.port. Nothing was changed.\n");
    }
    TEST_CASE("a secret is stored and never shown") {
        FakeGateway home({});
        const auto set = home.run({"config", "set", "gateway.auth.token", "0123456789"});
        CHECK(set.exit_code == 0);
        CHECK(set.out.find("0123456789") == std::string::npos);
        CHECK(home.config_text().find("\"0123456789\"") != std::string::npos); // text, not a number
        CHECK(home.run({"config", "get", "gateway.auth.token"}).out == "__OPENCLAW_REDACTED__\n");
        CHECK(home.run({"config", "get", "gateway"}).out.find("0123456789") == std::string::npos);
    }
    TEST_CASE("what is wrong is not written, and is named with its place") {
        FakeGateway home({});
        const auto unknown = home.run({"config", "set", "gateway.prot", "1"});
        CHECK(unknown.exit_code == 1);
        CHECK(unknown.err.starts_with("Config validation failed:"));
        CHECK(unknown.err.find("prot") != std::string::npos);
        const auto value = home.run({"config", "set", "gateway.bind", "everywhere"});
        CHECK(value.err.find("loopback") != std::string::npos);
        CHECK(home.config_text().empty());
        CHECK(home.run({"config", "set", "gateway.port", "19001", "--dry-run"}).out ==
              "Dry run: gateway.port would change. Nothing was written.\n");
        CHECK(home.config_text().empty());
    }
    TEST_CASE("a path that is unset and one that does not exist are told apart") {
        FakeGateway home({});
        home.write_config("{gateway:{mode:'local'}}");
        CHECK(home.run({"config", "get", "gateway.port"})
                  .err.starts_with("Config path is valid but unset: gateway.port."));
        CHECK(home.run({"config", "get", "gateway.prot"}).err ==
              "Unknown config path: gateway.prot.\n");
        CHECK(home.run({"config", "get", "gateway.mode"}).out == "local\n");
        CHECK(home.run({"config", "get", "gateway.mode", "--json"}).out == "\"local\"\n");
    }
    TEST_CASE("validate says yes, says what is wrong, or says that there is no file") {
        FakeGateway home({});
        CHECK(home.run({"config", "validate"}).err == "Config file not found: ~/openclaw.json\n");
        home.write_config("{gateway:{mode:'local'}}");
        CHECK(home.run({"config", "validate"}).out == "Config valid: ~/openclaw.json\n");
        CHECK(home.run({"config", "file"}).out == home.config_file() + "\n");
        home.write_config("{gateway:{\n  prot: 1}}");
        const auto told = home.run({"config", "validate"});
        CHECK(told.exit_code == 1);
        CHECK(told.err.find("openclaw.json:2:3") != std::string::npos);
        const auto document =
            json::Document::parse(home.run({"config", "validate", "--json"}).out).value();
        CHECK_FALSE(document.root()["valid"].boolean(true));
        CHECK(document.root()["issues"].at(0)["line"].integer() == 2);
        CHECK(document.root()["error"]["type"].text() == "cli_error");
        CHECK(home.run({"config", "get", "gateway.mode"}).exit_code == 1);
    }
    TEST_CASE("a read-only configuration is not written") {
        FakeGateway home({});
        home.set_variable("OPENCLAW_CONFIG_READONLY", "1");
        const auto refused = home.run({"config", "set", "gateway.port", "19001"});
        CHECK(refused.exit_code == 1);
        CHECK(refused.err.find("read-only") != std::string::npos);
        CHECK(home.config_text().empty());
    }
}
