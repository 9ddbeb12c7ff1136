#include "cli/view/workers.h"
#include "tests/unit/cli/view/canned.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

json::Document one_worker(std::string_view rest) {
    return canned::parse(R"({"id":"x","pid":7,)" + std::string(rest) + "}");
}

} // namespace

TEST_SUITE("cli/view") {
    TEST_CASE("the table of workers says what each one does, and why one does not") {
        const auto list = canned::parse(canned::workers);
        CHECK(workers_view(list.root(), canned::look()) ==
              R"(Workers  supervisor pid 26480, up 2h 3m
┌──────────────────┬──────────┬─────────┬───────┬───────┬──────────────┬──────┬────────┬────────┬──────────────┐
│ Worker           │ Health   │ State   │ PID   │ Up    │ Restarts     │ CPU  │ Memory │ Queued │ Last contact │
├──────────────────┼──────────┼─────────┼───────┼───────┼──────────────┼──────┼────────┼────────┼──────────────┤
│ agent            │ ok       │ ready   │ 26488 │ 2h 3m │ 0            │ 0.4% │ 9.1 MB │ 0      │ 12s ago      │
│ telegram:default │ degraded │ backoff │ -     │ -     │ 4 (4 in 10m) │ -    │ -      │ 2      │ 1m ago       │
└──────────────────┴──────────┴─────────┴───────┴───────┴──────────────┴──────┴────────┴────────┴──────────────┘
! agent: sandbox: without files
! telegram:default: retry in 38s (attempt 4/10): exit 139 SIGSEGV: it touched memory that is not its own
One in detail: openclaw workers show ID
)");
    }
    TEST_CASE("one worker's story has everything that is known, its last death first") {
        const auto list = canned::parse(canned::workers);
        CHECK(worker_view(list.root()["workers"].at(1), canned::look(100)) == R"(telegram:default
  State         backoff
  Health        degraded: exit 139 SIGSEGV, since 1m ago
  Why           exit 139 SIGSEGV: it touched memory that is not its own
  Kind          channel
  Process       none
  Generation    5
  Restarts      4 (4 in 10m), 4 in a row
  Next try      retry in 38s (attempt 4/10)
  Queue         2 waiting, 0 on the wire, 32 credits left
  Link          10 frames in, 9 out
  Last contact  1m ago with its platform
  Build         0123456789ab

Deaths, the last first
┌────────┬────────┬─────────────────────────────────────────────────────────┐
│ When   │ Served │ Reason                                                  │
├────────┼────────┼─────────────────────────────────────────────────────────┤
│ 1m ago │ 12s    │ exit 139 SIGSEGV: it touched memory that is not its own │
│ 5m ago │ 640ms  │ exit 1: an error it could not handle                    │
└────────┴────────┴─────────────────────────────────────────────────────────┘
)");
        CHECK(worker_view(list.root()["workers"].at(0), canned::look(100)) == R"(agent
  State         ready
  Health        ok
  Kind          agent
  Process       pid 26488, up 2h 3m
  Generation    1
  Restarts      0, 0 in a row
  CPU           0.4% of a core
  Memory        38 MB resident, 9.1 MB its share (PSS)
  Queue         0 waiting, 0 on the wire, 0 credits left
  Link          1.2k frames in, 998 out, last pong just now
  Last contact  12s ago with its platform
  Sandbox       without files
    files       missing: no Landlock in this kernel
    calls       83 system calls; any other ends it
  Build         0123456789ab
)");
    }
    TEST_CASE("a worker that runs and is judged down says so, and is not green") {
        const auto list = canned::parse(R"({"supervisor":{"pid":5},"workers":[
            {"id":"telegram:a","state":"ready","pid":7,"lastUpstreamMs":1794999700000,
             "health":{"level":"down","reason":"its platform does not answer","sinceMs":1794999700000}},
            {"id":"telegram:b","state":"ready","pid":8,"ipc":{"unresponsive":true},
             "health":{"level":"degraded","reason":"its process does not answer and will be replaced"}}]})");
        const auto shown = workers_view(list.root(), canned::look());
        INFO(shown);
        CHECK(shown.contains("│ telegram:a │ down     │ ready │ 7 "));
        CHECK(shown.contains("\n! telegram:a: its platform does not answer, since 5m ago\n"
                             "! telegram:b: it does not answer pings\n"));
        const auto silent = list.root()["workers"].at(0), hung = list.root()["workers"].at(1);
        CHECK(ink_for_worker(silent) == Ink::bad);
        CHECK(ink_for_worker(hung) == Ink::warning);
        CHECK(worker_state_words(silent) == "is down");
        CHECK(worker_state_words(hung) == "does not answer");
    }
    TEST_CASE("a state has the colour of its meaning") {
        CHECK(ink_for_state("ready") == Ink::good);
        CHECK(ink_for_state("backoff") == Ink::warning);
        CHECK(ink_for_state("failed") == Ink::bad);
        CHECK(ink_for_state("stopped") == Ink::muted);
    }
    TEST_CASE("a worker that should serve and does not needs attention; one stopped on purpose "
              "does not") {
        CHECK(worker_needs_attention(one_worker(R"("state":"backoff")").root()));
        CHECK(worker_needs_attention(
            one_worker(R"("state":"ready","ipc":{"unresponsive":true})").root()));
        CHECK_FALSE(worker_needs_attention(one_worker(R"("state":"ready")").root()));
        for (const auto* level : {"degraded", "down"})
            CHECK(worker_needs_attention(
                one_worker(R"("state":"ready","health":{"level":")" + std::string(level) + "\"}")
                    .root()));
        CHECK_FALSE(worker_needs_attention(
            one_worker(R"("state":"ready","health":{"level":"unknown"})").root()));
        CHECK(worker_needs_attention(one_worker(R"("state":"down")").root()));
        CHECK_FALSE(
            worker_needs_attention(one_worker(R"("state":"down","manualStop":true)").root()));
        CHECK_FALSE(
            worker_needs_attention(one_worker(R"("state":"failed","manualStop":true)").root()));
    }
    TEST_CASE("the reason is said once, with the next try before it") {
        CHECK(worker_detail(one_worker(R"("state":"ready","stateReason":"it serves")").root(),
                            canned::look())
                  .empty());
        CHECK(worker_detail(
                  one_worker(R"("state":"failed","lastExit":{"code":78,"signal":0})").root(),
                  canned::look()) == "exit 78");
        CHECK(worker_detail(one_worker(R"("state":"ready","ipc":{"unresponsive":true})").root(),
                            canned::look()) == "it does not answer pings");
    }
    TEST_CASE("an answer with nothing in it is still a sentence") {
        CHECK(workers_view(canned::parse(R"({"supervisor":{"pid":5},"workers":[]})").root(),
                           canned::look()) ==
              "Workers  supervisor pid 5\nNo workers: nothing is configured that needs one.\n");
        CHECK(workers_summary(canned::parse(canned::workers).root()) ==
              "1 running · 1 backing off · 0 stopped");
    }
}
