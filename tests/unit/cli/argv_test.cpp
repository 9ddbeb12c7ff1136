#include "cli/argv.h"

#include <doctest/doctest.h>

using namespace openclaw::cli;

namespace {

using Words = std::vector<std::string>;

Words forgiven(Words typed) {
    return forgive(std::move(typed)).arguments;
}

} // namespace

TEST_SUITE("cli/argv") {
    TEST_CASE("a long dash before an option's name is read as two short ones") {
        CHECK(forgiven({"gateway", "run", "–port", "19001"}) ==
              Words{"gateway", "run", "--port", "19001"});
        CHECK(forgiven({"—port=19001"}) == Words{"--port=19001"});
        CHECK(forgiven({"-–port"}) == Words{"-–port"}); // begins with a plain dash: taken as typed
        CHECK(forgiven({"–-port"}) == Words{"--port"});
        CHECK(forgive({"–port"}).changed);
        CHECK_FALSE(forgive({"--port", "1"}).changed);
    }
    TEST_CASE("a long dash before anything but a name is somebody's text") {
        CHECK(forgiven({"–", "— said he", "–5"}) == Words{"–", "— said he", "–5"});
    }
    TEST_CASE("a value wrapped in curly quotes is unwrapped") {
        CHECK(forgiven({"config", "set", "gateway.auth.token", "“secret”"}) ==
              Words{"config", "set", "gateway.auth.token", "secret"});
        CHECK(forgiven({"--agent=‘main’"}) == Words{"--agent=main"});
        CHECK(forgiven({"“half"}) == Words{"“half"});
    }
    TEST_CASE("nothing after -- is touched") {
        CHECK(forgiven({"config", "set", "--", "–port", "“x”"}) ==
              Words{"config", "set", "--", "–port", "“x”"});
    }
    TEST_CASE("the words of a message are touched neither by forgiveness nor by global options") {
        CHECK(forgiven({"agent", "-m", "“hello”"}) == Words{"agent", "-m", "“hello”"});
        CHECK(forgiven({"agent", "--message", "–verbose", "–json"}) ==
              Words{"agent", "--message", "–verbose", "--json"});
        CHECK(take_globals({"agent", "-m", "--dev"}).arguments == Words{"agent", "-m", "--dev"});
    }
    TEST_CASE("a -- at the very beginning is dropped, and the words still dispatch") {
        CHECK(forgiven({"--", "config", "get", "gateway.port"}) ==
              Words{"config", "get", "gateway.port"});
    }
    TEST_CASE("a configuration path broken by spaces is put together as a suggestion") {
        CHECK(broken_config_path({"config", "set", "gateway.", "auth.", "token", "x"}) ==
              "gateway.auth.token");
        CHECK_FALSE(broken_config_path({"config", "set", "gateway.auth.token", "ends."}));
        CHECK_FALSE(broken_config_path({"config", "set"}));
    }
    TEST_CASE("global options are found before and after the command") {
        const auto taken = take_globals(
            {"--profile", "rescue", "status", "--no-color", "--log-level=debug", "--json"});
        CHECK(taken.problem.empty());
        CHECK(taken.globals.profile == "rescue");
        CHECK(taken.globals.no_color);
        CHECK(taken.globals.log_level == "debug");
        CHECK(taken.globals.json);
        CHECK(taken.arguments == Words{"status", "--json"});
    }
    TEST_CASE("a bad profile and --dev beside --profile exit with 2, a bad level with 1") {
        CHECK(take_globals({"--profile", "a/b", "status"}).exit_code == 2);
        CHECK(take_globals({"status", "--profile"}).exit_code == 2);
        CHECK(take_globals({"--dev", "--profile", "x", "status"}).problem ==
              "Cannot combine --dev with --profile");
        CHECK(take_globals({"--dev", "--profile", "x", "status"}).exit_code == 2);
        CHECK(take_globals({"--log-level", "loud"}).exit_code == 1);
    }
}
