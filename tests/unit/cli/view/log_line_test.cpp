#include "cli/view/log_line.h"
#include "tests/unit/cli/view/canned.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

constexpr std::string_view ours =
    R"({"time":"2026-11-21T19:26:34.142Z","level":"warn","event":"worker.exited","traceId":"t1","fields":{"worker":"telegram:default","pid":"812"},"message":"worker.exited worker=telegram:default pid=812","hostname":"h","_meta":{"logLevelName":"WARN","date":"2026-11-21T19:26:34.142Z"}})";
constexpr std::string_view original =
    R"({"0":"{\"subsystem\":\"gateway/ws\"}","1":"closed before connect","_meta":{"date":"2026-11-21T19:14:44.684Z","logLevelName":"WARN"}})";

} // namespace

TEST_SUITE("cli/view") {
    TEST_CASE("our own log lines are read and shown") {
        const auto record = read_log_line(ours);
        CHECK(record.worker == "telegram:default");
        CHECK(log_line_view(record, canned::look()) ==
              "2026-11-21T19:26:34.142Z warn worker worker.exited worker=telegram:default pid=812");
    }
    TEST_CASE("the original's log lines are read as well") {
        CHECK(log_line_view(read_log_line(original), canned::look()) ==
              "2026-11-21T19:14:44.684Z warn gateway/ws closed before connect");
    }
    TEST_CASE("what is no record is shown as it is, without control characters") {
        CHECK(log_line_view(read_log_line("plain \x1b[31mtext"), canned::look()) ==
              "plain [31mtext");
    }
    TEST_CASE("as JSON each line has a type, and keeps its raw text") {
        CHECK(log_line_json(read_log_line("oops"), "oops") == R"({"type":"raw","raw":"oops"})");
        const auto document = canned::parse(log_line_json(read_log_line(ours), ours));
        CHECK(document.root()["type"].text() == "log");
        CHECK(document.root()["subsystem"].text() == "worker");
        CHECK(document.root()["raw"].text() == ours);
    }
}
