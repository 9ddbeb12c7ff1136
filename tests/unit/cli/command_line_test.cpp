#include "cli/command_line.h"

#include <doctest/doctest.h>

using namespace openclaw::cli;

namespace {

struct Program {
    CommandLine line{"openclaw", "Runs things."};
    std::string account, bind, id, second;
    std::int64_t port = 18789;
    bool json = false;
    std::string ran;

    Program() {
        auto gateway = line.root().add("gateway", "Runs the gateway.");
        gateway.number("--port", port, {1, 65535}, "where to listen");
        gateway.action([this] { return ran = "gateway", 0; });
        auto run = gateway.add("run", "Runs it.");
        run.number("--port", port, {1, 65535}, "where to listen");
        run.choice("--bind", bind, {"loopback", "lan"}, "to whom");
        run.action([this] { return ran = "run", 3; });
        auto workers = line.root().add("workers", "Lists workers.");
        auto show = workers.add("show", "Shows one.");
        show.argument("id", id, "which").optional_argument("part", second, "what of it");
        show.option("--account,-a", account, "whose").flag("--json,-j", json, "as JSON");
        show.example("openclaw workers show agent");
        show.action([this] { return ran = "show", 0; });
    }

    int run(const std::vector<std::string>& words) { return std::get<Action>(line.parse(words))(); }

    UsageError refuse(const std::vector<std::string>& words) {
        return std::get<UsageError>(line.parse(words));
    }

    std::string help(const std::vector<std::string>& words) {
        return std::get<HelpText>(line.parse(words)).text;
    }
};

} // namespace

TEST_SUITE("cli/command_line") {
    TEST_CASE("the deepest command named is the one that runs") {
        Program program;
        CHECK(program.run({"gateway", "run", "--port", "19001"}) == 3);
        CHECK(program.ran == "run");
        CHECK(program.port == 19001);
        Program other;
        CHECK(other.run({"gateway", "--port=20000"}) == 0);
        CHECK(other.ran == "gateway");
    }
    TEST_CASE("short flags may be grouped, and -- ends the options") {
        Program program;
        program.run({"workers", "show", "-ja", "ops", "--", "-odd-id"});
        CHECK(program.json);
        CHECK(program.account == "ops");
        CHECK(program.id == "-odd-id");
    }
    TEST_CASE("unknown words are named, with the help that lists the known ones") {
        CHECK(Program().refuse({"gatway"}).sentence ==
              "OpenClaw does not know the command \"gatway\".");
        CHECK(Program().refuse({"gatway"}).help_command == "openclaw --help");
        CHECK(Program().refuse({"workers", "shw"}).sentence ==
              "OpenClaw workers has no command \"shw\".");
        CHECK(Program().refuse({"workers", "show", "x", "--jsn=1"}).sentence ==
              "OpenClaw does not recognize option \"--jsn\".");
        CHECK(Program().refuse({"workers", "show", "x", "--jsn"}).help_command ==
              "openclaw workers show --help");
        CHECK(Program().refuse({"workers", "show", "a", "b", "c"}).sentence ==
              "OpenClaw workers show takes no further argument \"c\".");
    }
    TEST_CASE("values are judged with a sentence that says what would be right") {
        CHECK(Program().refuse({"gateway", "--port", "70000"}).sentence ==
              "Invalid --port. Use a port number from 1 to 65535, for example 18789.");
        CHECK(Program().refuse({"gateway", "--port", "http"}).sentence ==
              "Invalid --port. Use a port number from 1 to 65535, for example 18789.");
        CHECK(Program().refuse({"gateway", "run", "--bind", "wan"}).sentence ==
              "Invalid --bind. Use \"loopback\", or \"lan\".");
    }
    TEST_CASE("an empty value never means the default") {
        CHECK(Program().refuse({"workers", "show", "x", "--account", " "}).sentence.find("empty") !=
              std::string::npos);
        CHECK(Program().refuse({"workers", "show", ""}).sentence.find("empty") !=
              std::string::npos);
    }
    TEST_CASE("a missing argument is named") {
        CHECK(Program().refuse({"workers", "show"}).sentence.find("id") != std::string::npos);
    }
    TEST_CASE("help shows usage, arguments, options in alphabetical order, and examples") {
        CHECK(Program().help({"workers", "show", "--help"}) ==
              R"(Usage: openclaw workers show <id> [part] [options]

Shows one.

Arguments:
  id    which
  part  what of it

Options:
  -a, --account <value>  whose
  -h, --help             show this help
  -j, --json             as JSON

Examples:
  openclaw workers show agent
)");
        CHECK(Program().help({"workers"}) == R"(Usage: openclaw workers [command] [options]

Lists workers.

Options:
  -h, --help  show this help

Commands (* has commands of its own):
  show  Shows one.
)");
    }
}
