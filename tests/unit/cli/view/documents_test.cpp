// Sessions, health, pairing, explain: one canned answer, one golden text each.
#include "cli/view/explain.h"
#include "cli/view/health.h"
#include "cli/view/pairing.h"
#include "cli/view/sessions.h"
#include "tests/unit/cli/view/canned.h"

#include <doctest/doctest.h>

#include <stdlib.h>
#include <time.h>

using namespace openclaw;
using namespace openclaw::cli;

TEST_SUITE("cli/view") {
    TEST_CASE("sessions are listed with their store, model, and how full they are") {
        CHECK(sessions_view(canned::parse(canned::sessions).root(), canned::look()) ==
              R"(Session store: ~/.openclaw/state/gateway-native.sqlite
Sessions listed: 2 of 9
┌─────────────────────────────────────────┬────────┬────────┬─────────────┬───────────────┬─────────┐
│ Key                                     │ Kind   │ Age    │ Model       │ Tokens        │ Flags   │
├─────────────────────────────────────────┼────────┼────────┼─────────────┼───────────────┼─────────┤
│ agent:main:main                         │ direct │ 5m ago │ fake/fake-1 │ 18k/32k (55%) │ running │
│ agent:main:telegram:group:-1001:topic:7 │ group  │ 2d ago │ echo        │ -             │         │
└─────────────────────────────────────────┴────────┴────────┴─────────────┴───────────────┴─────────┘
)");
        CHECK(sessions_view(canned::parse(R"({"sessions":[]})").root(), canned::look()) ==
              "Sessions listed: 0\n");
    }
    TEST_CASE("health begins with how the whole is, then each process and account, then the "
              "gateway's own") {
        CHECK(health_view(canned::parse(canned::health).root(), canned::look()) ==
              R"(Health: down
Down: egress, telegram:alerts
Degraded: agent
Agent: degraded (exit 139 SIGSEGV)
Egress: down (8 deaths in ten minutes)
Telegram default: ok
Telegram alerts: disconnected (401 Unauthorized)
Gateway event loop: ok max=23ms p99=23ms util=0.007 cpu=0.011
Gateway probe duration: 9ms
Agents: main (default), ops
Heartbeat interval: 30m (main)
Session store (main): ~/.openclaw/state/gateway-native.sqlite (9 entries)
)");
    }
    TEST_CASE("health says that all is well, and of an older gateway what it knows") {
        CHECK(health_view(canned::parse(R"({"health":{"level":"ok","down":[],"degraded":[],
                  "processes":{"agent":{"level":"ok","reason":"serving"}}}})")
                              .root(),
                          canned::look())
                  .starts_with("Health: ok\nAgent: ok\nGateway probe duration: "));
        CHECK(health_view(canned::parse("{}").root(), canned::look())
                  .starts_with("Gateway probe duration: "));
    }
    TEST_CASE("who waits to be let in is shown with the code to type") {
        const auto list = canned::parse(
            R"({"requests":[{"requestId":"r1","code":"ABCD2345","channel":"telegram","accountId":"default",
            "senderId":"42","senderLabel":"Ann","createdAtMs":1794999700000,"expiresAtMs":1795003300000}]})");
        CHECK(pairing_view(list.root(), "", canned::look()) ==
              R"(┌──────────┬──────────┬─────────┬──────────┬────────┬─────────┐
│ Code     │ Channel  │ Account │ Sender   │ Asked  │ Expires │
├──────────┼──────────┼─────────┼──────────┼────────┼─────────┤
│ ABCD2345 │ telegram │ default │ Ann (42) │ 5m ago │ in 55m  │
└──────────┴──────────┴─────────┴──────────┴────────┴─────────┘
Let one in: openclaw pairing approve CODE
)");
        CHECK(pairing_view(canned::parse("{}").root(), "telegram", canned::look()) ==
              "No pending telegram pairing requests.\n");
    }
    TEST_CASE("a code is found however it was typed") {
        const auto list = canned::parse(R"({"requests":[{"code":"ABCD2345","requestId":"r1"}]})");
        CHECK(pairing_request(list.root(), " abcd2345 ")["requestId"].text() == "r1");
        CHECK_FALSE(pairing_request(list.root(), "ABCD"));
        CHECK_FALSE(pairing_request(json::View(), "ABCD2345"));
    }
    TEST_CASE("the story of a message has every step, and why there was no answer") {
        setenv("TZ", "UTC", 1);
        tzset();
        const auto story = canned::parse(R"({"id":"1001","found":true,
            "summary":"Not answered: the sender is not paired; a code was sent",
            "inbox":[{"channel":"telegram","account":"default","eventId":"77","chatId":"42","messageId":"1001","state":"dropped",
              "reason":"the sender is not paired; a code was sent","sessionKey":"","runId":"","trace":"t-1","resumes":1,
              "updatedAtMs":1795000001504}],
            "outbox":[{"channel":"telegram","account":"default","chatId":"42","threadId":"","state":"sent","attempts":2,"parts":1,
              "maybeDuplicate":true,"messageIds":["1002"],"error":"","updatedAtMs":1795000002000}],
            "steps":[
            {"at_ms":1795000000000,"room":"workers/telegram","event":"received","detail":"update 77"},
            {"at_ms":1795000000004,"room":"ledger/inbox","event":"recorded","detail":""},
            {"at_ms":1795000001504,"room":"policy/access","event":"pairing","detail":"code sent"}]})");
        CHECK(explain_view(story.root(), canned::look()) == R"(1001
Not answered: the sender is not paired; a code was sent

Message
  From     telegram:default, chat 42, message 1001
  State    dropped since 2026-11-18 11:06:41.504
  Reason   the sender is not paired; a code was sent
  Trace    t-1
  Resumed  1 time after a restart

Answer
  To           telegram:default, chat 42
  State        sent since 2026-11-18 11:06:42.000
  Attempts     2
  Repeated     it may stand in the chat twice
  Message IDs  1002

┌─────────────────────────┬───────┬──────────────────┬───────────────┬───────────┐
│ Time                    │ After │ Where            │ What happened │ Detail    │
├─────────────────────────┼───────┼──────────────────┼───────────────┼───────────┤
│ 2026-11-18 11:06:40.000 │       │ workers/telegram │ received      │ update 77 │
│ 2026-11-18 11:06:40.004 │ +4ms  │ ledger/inbox     │ recorded      │           │
│ 2026-11-18 11:06:41.504 │ +1.5s │ policy/access    │ pairing       │ code sent │
└─────────────────────────┴───────┴──────────────────┴───────────────┴───────────┘
)");
        const auto old =
            canned::parse(R"({"id":"x","found":true,"summary":"Answered.","steps":[]})");
        CHECK(explain_view(old.root(), canned::look()).ends_with("lost at a restart.\n"));
        const auto unknown =
            canned::parse(R"({"id":"x","found":false,"summary":"Nothing is known of \"x\"."})");
        CHECK(explain_view(unknown.root(), canned::look()) == "x\nNothing is known of \"x\".\n");
    }
}
