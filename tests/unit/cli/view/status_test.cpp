#include "cli/view/gateway_status.h"
#include "cli/view/status.h"
#include "tests/unit/cli/view/canned.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

Answer answer(std::string_view payload) {
    return Answer(
        canned::parse(R"({"type":"res","ok":true,"payload":)" + std::string(payload) + "}"));
}

Survey survey() {
    Survey survey;
    survey.config.file = "/home/op/.openclaw/openclaw.json";
    survey.config.exists = true;
    survey.service.unit = "openclaw-gateway.service";
    survey.operating_system = "linux 6.1.0 (x86_64)";
    survey.target_name = "~/.openclaw/run/supervisor.sock";
    survey.target_source = "local control socket";
    survey.port_is_open = true;
    survey.latency_ms = 3;
    return survey;
}

Survey running(std::string_view workers, std::string_view channels) {
    Survey out = survey();
    out.answers.emplace("workers.list", answer(workers));
    out.answers.emplace("channels.status", answer(channels));
    out.answers.emplace("health", answer(canned::health));
    out.answers.emplace("sessions.list", answer(canned::sessions));
    out.answers.emplace("status", answer(R"({"runtimeVersion":"0.1.0","sessions":{"count":9}})"));
    out.answers.emplace("logs.tail", answer(R"({"file":"/tmp/openclaw/openclaw-2026-11-21.log"})"));
    return out;
}

Survey down() {
    Survey out = survey();
    out.port_is_open = false;
    out.unreachable = CallError{.type = CallError::Type::transport,
                                .message = "Gateway not reachable: no gateway is running for this "
                                           "state directory (ENOENT)\nGateway target: x",
                                .code = "ENOENT",
                                .details_json = {}};
    return out;
}

std::string without_version_line(std::string text) { // the build id changes with every commit
    const auto at = text.find("│ Version");
    return at == std::string::npos ? text : text.erase(at, text.find('\n', at) - at + 1);
}

} // namespace

TEST_SUITE("cli/view") {
    TEST_CASE("when all is well, status is one screen that begins by saying so") {
        CHECK(without_version_line(status_view(
                  running(canned::healthy_workers, canned::good_channels), canned::look())) ==
              R"(OpenClaw status

● All is well: 1 worker ready, channels: telegram ok

Overview
┌────────────┬───────────────────────────────────────────────────────────────────────────────────────────────────────┐
│ Item       │ Value                                                                                                 │
├────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────┤
│ Gateway    │ local · ~/.openclaw/run/supervisor.sock (local control socket) · reachable 3ms · pid 26480 · up 2h 3m │
│ Dashboard  │ http://127.0.0.1:18789/                                                                               │
│ Config     │ ~/.openclaw/openclaw.json · valid                                                                     │
│ Service    │ no supported service manager detected                                                                 │
│ Workers    │ 1 running · 0 backing off · 0 stopped                                                                 │
│ Channels   │ telegram ok                                                                                           │
│ Agents     │ main (default), ops                                                                                   │
│ Sessions   │ 9                                                                                                     │
│ Event loop │ ok max=23ms p99=23ms util=0.007 cpu=0.011                                                             │
│ Memory     │ 9.1 MB in all processes together (PSS)                                                                │
│ OS         │ linux 6.1.0 (x86_64)                                                                                  │
└────────────┴───────────────────────────────────────────────────────────────────────────────────────────────────────┘

Workers
┌────────┬────────┬───────┬───────┬───────┬──────────┬──────┬────────┬────────┬──────────────┐
│ Worker │ Health │ State │ PID   │ Up    │ Restarts │ CPU  │ Memory │ Queued │ Last contact │
├────────┼────────┼───────┼───────┼───────┼──────────┼──────┼────────┼────────┼──────────────┤
│ agent  │ -      │ ready │ 26488 │ 2h 3m │ 0        │ 0.4% │ 9.1 MB │ 0      │ 12s ago      │
└────────┴────────┴───────┴───────┴───────┴──────────┴──────┴────────┴────────┴──────────────┘

Channels
┌──────────┬─────────┬───────┬─────────┬──────────┬──────────────────────────────────┐
│ Channel  │ Account │ State │ Last in │ Last out │ Detail                           │
├──────────┼─────────┼───────┼─────────┼──────────┼──────────────────────────────────┤
│ Telegram │ default │ OK    │ 2m ago  │ 1m ago   │ mode polling · token from config │
└──────────┴─────────┴───────┴─────────┴──────────┴──────────────────────────────────┘

Sessions
┌─────────────────────────────────────────┬────────┬────────┬─────────────┬───────────────┬─────────┐
│ Key                                     │ Kind   │ Age    │ Model       │ Tokens        │ Flags   │
├─────────────────────────────────────────┼────────┼────────┼─────────────┼───────────────┼─────────┤
│ agent:main:main                         │ direct │ 5m ago │ fake/fake-1 │ 18k/32k (55%) │ running │
│ agent:main:telegram:group:-1001:topic:7 │ group  │ 2d ago │ echo        │ -             │         │
└─────────────────────────────────────────┴────────┴────────┴─────────────┴───────────────┴─────────┘

Next steps
  Talk to it:    openclaw agent -m "hello"
  Let people in: openclaw pairing list
  Watch it work: openclaw logs --follow
)");
    }
    TEST_CASE(
        "what is wrong comes first, the worst before what heals itself, each with its remedy") {
        auto troubled = running(canned::workers, canned::channels);
        troubled.config.problems.push_back(
            "openclaw.json:2:5 — gateway: Unrecognized key: \"prot\" (did you mean \"port\"?)");
        const auto text = status_view(troubled, canned::look());
        CHECK(text.substr(0, text.find("Overview")) == R"(OpenClaw status

✗ configuration: openclaw.json:2:5 — gateway: Unrecognized key: "prot" (did you mean "port"?)
  → openclaw config validate
! worker telegram:default is backing off: retry in 38s (attempt 4/10): exit 139 SIGSEGV: it touched memory that is not its own
  → openclaw workers show telegram:default
! Telegram alerts is disconnected: 401 Unauthorized: the bot token is refused
  → openclaw workers show telegram:alerts

)");
    }
    TEST_CASE("with the gateway down status says how to start it and shows what it can") {
        const auto text = status_view(down(), canned::look());
        CHECK(text.find("✗ Gateway not reachable: no gateway is running for this state directory "
                        "(ENOENT)\n  → openclaw gateway run\n") != std::string::npos);
        CHECK(text.find("Fix reachability first: openclaw gateway run") != std::string::npos);
        CHECK(text.find("Config") != std::string::npos);
    }
    TEST_CASE("status as JSON is one document with the original's keys and ours") {
        const auto document =
            canned::parse(status_json(running(canned::workers, canned::channels), canned::look()));
        const auto root = document.root();
        CHECK(root["runtimeVersion"].text() == "0.1.0");
        CHECK(root["gateway"]["reachable"].boolean());
        CHECK(root["workers"].size() == 2);
        CHECK(root["channels"]["channelAccounts"]["telegram"].size() == 3);
        CHECK(root["sessions"]["count"].integer() == 9);
        CHECK(root["problems"].at(0)["severity"].is_string());
        const auto unreachable = canned::parse(status_json(down(), canned::look()));
        CHECK_FALSE(unreachable.root()["gateway"]["reachable"].boolean(true));
        CHECK(unreachable.root()["gateway"]["error"].text().find("not reachable") !=
              std::string_view::npos);
        CHECK(unreachable.root()["workers"].is_array());
    }
    TEST_CASE("gateway status shows service, configuration, port and process") {
        const auto text = gateway_status_view(running(canned::workers, canned::channels),
                                              canned::look(), "/usr/bin/openclaw");
        CHECK(
            text ==
            R"(Service: no supported service manager detected (diagnostic only, not the probe target)
File logs: /tmp/openclaw/openclaw-2026-11-21.log

Config (cli): ~/.openclaw/openclaw.json

Gateway: bind=loopback (127.0.0.1), port=18789 (default)
Probe target: ~/.openclaw/run/supervisor.sock (local control socket)
Dashboard: http://127.0.0.1:18789/
Probe note: Loopback-only gateway; only local clients can connect.

CLI version: 0.1.0 (/usr/bin/openclaw)
Gateway version: 0.1.0

Runtime: running (pid 26480, since 2h ago)
Workers: 1 running · 1 backing off · 0 stopped
Connectivity probe: ok (3ms)
Capability: admin-capable

Listening: 127.0.0.1:18789
Troubles: run openclaw status
)");
        CHECK(gateway_status_failure(running(canned::workers, canned::channels), canned::look())
                  .empty());
    }
    TEST_CASE("gateway status with the gateway down still shows everything else") {
        const auto text = gateway_status_view(down(), canned::look(), "/usr/bin/openclaw");
        CHECK(text.find("Runtime: not running\n") != std::string::npos);
        CHECK(text.find("Listening: nobody on 127.0.0.1:18789") != std::string::npos);
        CHECK(gateway_status_failure(down(), canned::look())
                  .starts_with("Connectivity probe: failed\nGateway not reachable"));
    }
    TEST_CASE("gateway status as JSON has the original's keys") {
        const auto document = canned::parse(
            gateway_status_json(running(canned::workers, canned::channels), "/usr/bin/openclaw"));
        const auto root = document.root();
        CHECK(root["gateway"]["port"].integer() == 18789);
        CHECK(root["gateway"]["bindHost"].text() == "127.0.0.1");
        CHECK(root["port"]["status"].text() == "busy");
        CHECK(root["rpc"]["ok"].boolean());
        CHECK(root["service"]["runtime"]["pid"].integer() == 26480);
        CHECK(root["logFile"].text() == "/tmp/openclaw/openclaw-2026-11-21.log");
        CHECK(root["workers"].size() == 2);
    }
}
