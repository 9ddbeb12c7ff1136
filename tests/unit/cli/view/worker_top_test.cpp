#include "cli/view/worker_top.h"
#include "tests/unit/cli/view/canned.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;

TEST_SUITE("cli/view") {
    TEST_CASE("the live table names every process, and why one is not well") {
        const auto list = canned::parse(R"({
            "supervisor":{"pid":7,"version":"1.0","startedAtMs":1,"pssBytes":1000000},
            "workers":[
              {"id":"agent","state":"ready","pid":8,"uptimeMs":60000,"health":{"level":"ok"},
               "resources":{"pssBytes":2000000,"cpuRatio":0.01},"ipc":{"bytesIn":1000,"bytesOut":2000}},
              {"id":"telegram:a","state":"ready","pid":9,"paused":false,
               "health":{"level":"down","reason":"its platform does not answer","seenAtMs":1},
               "egress":{"bytesIn":5000,"bytesOut":6000}},
              {"id":"telegram:b","state":"down","paused":true,"health":{"level":"unknown"}}]})");
        const auto top = worker_top(list.root(), canned::look(200));
        INFO(top);
        CHECK(top.starts_with("OpenClaw 1.0  pid 7, up "));
        CHECK(top.contains("3 MB in all, 2 running · 0 backing off · 1 stopped\n"));
        CHECK(top.contains("│ agent      │ ok      │ ready  │ 8 "));
        CHECK(top.contains("1 kB / 2 kB"));
        CHECK(top.contains("5 kB / 6 kB"));
        CHECK(top.contains("│ telegram:b │ unknown │ paused │ - "));
        CHECK(top.ends_with("! telegram:a: its platform does not answer\n"));
    }
    TEST_CASE("a frame is a line: when, which way, what, how large, its ids") {
        const auto frame = canned::parse(
            R"({"atMs":1,"direction":"to-worker","type":"Outbound","bytes":512,"id":7,"fds":1,"trace":"ab12"})");
        const auto line = frame_line(frame.root(), canned::look());
        CHECK(line.ends_with(".001 → Outbound           512 B id=7 fds=1 trace=ab12"));
        const auto other = canned::parse(
            R"({"atMs":1,"direction":"from-worker","type":"Pong","bytes":30,"re":9})");
        CHECK(
            frame_line(other.root(), canned::look()).ends_with("← Pong                30 B re=9"));
    }
    TEST_CASE("a screen is painted over the last one, with nothing left of it") {
        CHECK(repaint("one\ntwo\n") == "\x1b[Hone\x1b[K\ntwo\x1b[K\n\x1b[J");
    }
}
