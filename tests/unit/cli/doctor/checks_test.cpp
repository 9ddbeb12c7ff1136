// The checks are functions of facts: each case makes the facts that make one of them speak.
#include "cli/doctor/checks.h"
#include "tests/unit/cli/doctor/healthy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace openclaw;
using namespace openclaw::cli;
using namespace openclaw::cli::doctor;
using namespace openclaw::cli::doctor::testing;

namespace {

std::vector<Finding> findings(const Facts& facts, std::string_view check) {
    Report report;
    find_check(check)->judge(facts, report);
    return report.findings;
}

Finding only(const Facts& facts, std::string_view check) {
    const auto found = findings(facts, check);
    REQUIRE(found.size() == 1);
    return found.front();
}

} // namespace

TEST_SUITE("cli/doctor") {
    TEST_CASE("a healthy gateway has no findings, and every check has looked") {
        const auto report = judge(healthy(), all_checks());
        for (const auto& finding : report.findings)
            MESSAGE(finding.check << ": " << finding.place << " " << finding.message);
        CHECK(report.findings.empty());
        CHECK_FALSE(report.remarks.empty());
    }
    TEST_CASE(
        "ids are unique, found with and without their prefix, and never the original's only") {
        std::set<std::string_view> ids;
        for (const auto& check : all_checks()) {
            CHECK(ids.insert(check.id).second);
            CHECK(find_check("core/doctor/" + std::string(check.id)) == &check);
            CHECK_FALSE(is_not_applicable(check.id));
            CHECK_FALSE(check.looks_at.empty());
        }
        CHECK(find_check("nothing") == nullptr);
        CHECK(is_not_applicable("core/doctor/browser"));
    }

    TEST_CASE("no configuration: the gateway does not start, and a mode would let it") {
        auto facts = healthy();
        facts.config = config_of("{}");
        facts.config.file.exists = false;
        const auto finding = only(facts, "gateway-config");
        CHECK(finding.severity == Severity::error);
        CHECK(finding.repair->kind == Repair::Kind::set_config);
        CHECK(finding.repair->path == "gateway.mode");
    }
    TEST_CASE("an unknown key is named with its line, and can be dropped; one in a list cannot") {
        auto facts = healthy();
        facts.config =
            config_of("{\n gateway: { mode: 'local', prot: 1 },\n bindings: [{ nope: 1 }]\n}");
        const auto found = findings(facts, "gateway-config");
        REQUIRE(found.size() == 2);
        CHECK(found[0].line == 2);
        CHECK(found[0].repair->path == "gateway.prot");
        CHECK(found[0].fix.find("port") != std::string::npos);
        CHECK_FALSE(found[1].repair.has_value());
    }
    TEST_CASE("a damaged file is gone back from only when there is a good backup") {
        auto facts = healthy();
        facts.config = config_of("{ gateway: {");
        auto finding = only(facts, "gateway-config");
        CHECK(finding.line == 1);
        CHECK_FALSE(finding.repair.has_value());
        facts.config.good_backup = "/home/op/.openclaw/openclaw.json.bak";
        finding = only(facts, "gateway-config");
        CHECK(finding.repair->kind == Repair::Kind::restore);
        CHECK(finding.fix.find("~/.openclaw/openclaw.json.bak") != std::string::npos);
    }
    TEST_CASE("a mode that is missing is repaired, one that is remote is only told") {
        auto facts = healthy();
        facts.config = config_of("{ gateway: { auth: { token: '0123456789abcdef0123' } } }");
        CHECK(only(facts, "gateway-config").repair->value == "\"local\"");
        facts.config = config_of("{ gateway: { mode: 'remote' } }");
        CHECK(only(facts, "gateway-config").severity == Severity::info);
    }
    TEST_CASE("a configuration that others may read is closed; another user's cannot be") {
        auto facts = healthy();
        facts.config.file.mode = 0644;
        CHECK(only(facts, "config-file").repair->mode == 0600);
        CHECK(only(facts, "config-file").repair->consent == Consent::safe);
        facts.config.file.is_ours = false;
        CHECK(only(facts, "config-file").severity == Severity::error);
        facts = healthy();
        facts.config.file.is_link = true;
        CHECK(only(facts, "config-file").severity == Severity::info);
    }
    TEST_CASE("older names are rewritten unless that would lose comments, and are told once") {
        auto facts = healthy();
        facts.config = config_of("{ gateway: { mode: 'local' }, routing: { groupChat: { "
                                 "mentionPatterns: ['@x'] } } }");
        REQUIRE_FALSE(facts.config.legacy.empty());
        CHECK(findings(facts, "legacy-keys").front().repair->kind == Repair::Kind::rename_keys);
        for (const auto& warning : findings(facts, "config-warnings"))
            CHECK(warning.message.find("is now called") == std::string::npos);
        facts.config.has_comments = true;
        CHECK_FALSE(findings(facts, "legacy-keys").front().repair.has_value());
    }

    TEST_CASE("a mode of reloading that the original has retired is told") {
        auto facts = healthy();
        facts.config = config_of("{ gateway: { mode: 'local', reload: { mode: 'hot' } } }");
        CHECK(only(facts, "config-warnings").place == "gateway.reload.mode");
    }

    TEST_CASE("no token anywhere: one is offered; a variable or .env is a source") {
        auto facts = healthy();
        facts.config = config_of("{ gateway: { mode: 'local' } }");
        const auto finding = only(facts, "gateway-auth");
        CHECK(finding.repair->kind == Repair::Kind::make_token);
        facts.state.variables["OPENCLAW_GATEWAY_TOKEN"] = "from-the-file-0123456789";
        CHECK(findings(facts, "gateway-auth").empty());
        facts.state.variables.clear();
        facts.environment["OPENCLAW_GATEWAY_TOKEN"] = "from-the-shell-0123456789";
        CHECK(only(facts, "gateway-auth").place ==
              "OPENCLAW_GATEWAY_TOKEN"); // the service is blind
        facts.unit.state.reset();
        CHECK(findings(facts, "gateway-auth").empty());
    }
    TEST_CASE("a placeholder or a short token is told, never replaced, never shown") {
        for (const auto* token : {"changeme", "<your token here, please>", "tiny1"}) {
            auto facts = healthy();
            facts.config = config_of("{ gateway: { mode: 'local', auth: { token: '" +
                                     std::string(token) + "' } } }");
            const auto finding = only(facts, "gateway-auth");
            CHECK_FALSE(finding.repair.has_value());
            CHECK((finding.message + finding.fix).find(token) == std::string::npos);
        }
    }
    TEST_CASE("a mode without its secret does not start") {
        auto facts = healthy();
        facts.config = config_of("{ gateway: { mode: 'local', auth: { mode: 'password' } } }");
        CHECK(only(facts, "gateway-auth").severity == Severity::error);
        facts.config = config_of("{ gateway: { mode: 'local', auth: { mode: 'trusted-proxy' } } }");
        CHECK(only(facts, "gateway-auth").severity == Severity::error);
        facts.config = config_of("{ gateway: { mode: 'local', auth: { mode: 'none' } } }");
        CHECK(only(facts, "gateway-auth").severity == Severity::info);
    }
    TEST_CASE("open to the network without a secret is an error, with one a remark on the wire") {
        auto facts = healthy();
        facts.config =
            config_of("{ gateway: { mode: 'local', bind: 'lan', auth: { mode: 'none' } } }");
        if (facts.config.config) CHECK(only(facts, "gateway-bind").severity == Severity::error);
        facts.config = config_of("{ gateway: { mode: 'local', bind: 'lan', auth: { token: "
                                 "'0123456789abcdef0123' } } }");
        CHECK(only(facts, "gateway-bind").severity == Severity::info);
    }
    TEST_CASE("devices that wait, and an owner that is not named") {
        auto facts = healthy();
        answer(facts, "device.pair.list", R"({"pending":[{},{}],"paired":[]})");
        CHECK(only(facts, "device-pairing").message == "2 devices wait to be let in");
        facts.config = config_of("{ gateway: { mode: 'local' }, channels: { telegram: { botToken: "
                                 "'123456:abcdefghijklmnopqrstuvwxyz' } } }");
        CHECK(only(facts, "command-owner").fix.find("telegram:YOUR_ID") != std::string::npos);
    }

    TEST_CASE("an account of which nobody hears when it is down") {
        auto facts = healthy();
        const auto with = [](const std::string& gateway, const std::string& accounts) {
            return config_of("{ gateway: { mode: 'local', " + gateway +
                             " }, channels: { echo: { accounts: {" + accounts + "} } } }");
        };
        facts.config = with("", "a: { allowFrom: ['1'] }, b: { allowFrom: ['2'] }");
        CHECK(findings(facts, "alerts").empty());
        facts.config = with("", "a: {}, b: {}"); // somebody may have been let in by pairing
        CHECK(findings(facts, "alerts").empty());
        facts.config = with("", "a: { allowFrom: ['1'] }");
        CHECK(only(facts, "alerts").severity == Severity::info);
        CHECK(only(facts, "alerts").place == "echo:a");
        CHECK(only(facts, "alerts").message ==
              "when it is down nobody is told: there is no other account; it says so itself when "
              "it is back");
        facts.config = with("alerts: { to: ['telegram:5'] }", "a: {}, b: {}");
        REQUIRE(findings(facts, "alerts").size() == 2);
        CHECK(findings(facts, "alerts").front().severity == Severity::warning);
        facts.config = with("alerts: { to: ['telegram:5'], enabled: false }", "a: {}, b: {}");
        CHECK(findings(facts, "alerts").empty());
    }
    TEST_CASE("the state directory: missing, another's, read-only, open, in memory, synced") {
        auto facts = healthy();
        facts.state.folder.exists = false;
        CHECK(only(facts, "state-integrity").repair->kind == Repair::Kind::make_folder);
        facts = healthy();
        facts.state.folder.is_ours = false;
        CHECK(only(facts, "state-integrity").severity == Severity::error);
        facts = healthy();
        facts.state.is_writable = false;
        CHECK(only(facts, "state-integrity").severity == Severity::error);
        facts = healthy();
        facts.state.folder.mode = 0755;
        CHECK(only(facts, "state-integrity").repair->mode == 0700);
        facts = healthy();
        facts.state.is_volatile = true;
        facts.state.synced_by = "Dropbox";
        CHECK(findings(facts, "state-integrity").size() == 2);
        facts = healthy();
        facts.state.too_open = {
            {.path = "/home/op/.openclaw/identity/device.json", .exists = true, .mode = 0644}};
        CHECK(only(facts, "state-integrity").repair->mode == 0600);
        facts.state.too_open.front().is_ours = false;
        CHECK_FALSE(only(facts, "state-integrity").repair.has_value());
    }
    TEST_CASE("a gateway that holds the directory and does not answer is told once") {
        auto facts = healthy();
        facts.gateway = {};
        facts.gateway.why_not = "no answer within 3 s";
        CHECK(only(facts, "state-lock").place == "pid 4711");
        CHECK(findings(facts, "gateway-health").empty());
    }
    TEST_CASE("a damaged ledger, a full disk, the original's database") {
        auto facts = healthy();
        facts.state.ledger.damage = "it has been cut off: 1 of 2 bytes";
        CHECK(only(facts, "ledger").severity == Severity::error);
        facts = healthy();
        facts.machine.disks[0].free_bytes = 50'000'000;
        CHECK(only(facts, "disk-space").severity == Severity::error);
        facts.machine.disks[0].free_bytes = 900'000'000;
        CHECK(only(facts, "disk-space").severity == Severity::warning);
        facts.machine.disks[0].all_bytes = 2'000'000'000; // a small disk may be half empty
        CHECK(findings(facts, "disk-space").empty());
        facts.machine.disks[0].free_files = 1;
        CHECK(only(facts, "disk-space").message.find("inodes") != std::string::npos);
        facts.state.has_foreign_ledger = true;
        CHECK(only(facts, "foreign-state").severity == Severity::info);
    }

    TEST_CASE("no service manager, and no service, are only told") {
        auto facts = healthy();
        facts.unit.has_manager = false;
        facts.unit.state.reset();
        CHECK(only(facts, "gateway-daemon").place == "systemd");
        facts.unit.has_manager = true;
        CHECK(only(facts, "gateway-daemon").place == "openclaw-gateway.service");
        CHECK(only(facts, "gateway-daemon").severity == Severity::info);
    }
    TEST_CASE("a unit of another version is written again, and says what differs") {
        auto facts = healthy();
        facts.unit.text.replace(facts.unit.text.find("TimeoutStopSec=330"), 18,
                                "TimeoutStopSec=90");
        const auto finding = only(facts, "gateway-daemon");
        CHECK(finding.message.find("TimeoutStopSec") != std::string::npos);
        CHECK(finding.message.find("KillMode") == std::string::npos);
        CHECK(finding.repair->kind == Repair::Kind::write_unit);
        CHECK(finding.repair->consent == Consent::service);
        CHECK(finding.repair->value == facts.unit.planned);
        facts.unit.is_external = true;
        CHECK_FALSE(only(facts, "gateway-daemon").repair.has_value());
    }
    TEST_CASE("a port that the unit fixes and the configuration does not mean is taken out") {
        auto facts = healthy();
        const auto with_port = [](std::string text) {
            return text.replace(text.find("gateway run"), 11, "gateway run --port 19999");
        };
        facts.unit.text = with_port(facts.unit.text);
        facts.unit.planned = facts.unit.text;
        const auto finding = only(facts, "gateway-daemon");
        CHECK(finding.message.find("19999") != std::string::npos);
        CHECK(finding.repair->value.find("--port") == std::string::npos);
        CHECK(finding.repair->value == healthy().unit.planned);
    }
    TEST_CASE("somebody else's unit is judged by what matters, and never written") {
        auto facts = healthy();
        facts.unit.text = "[Service]\nExecStart=/usr/bin/openclaw gateway run\n"
                          "Environment=OPENCLAW_GATEWAY_TOKEN=x \"TELEGRAM_BOT_TOKEN=y\"\n";
        const auto found = findings(facts, "gateway-daemon");
        CHECK(found.size() == 4);
        for (const auto& finding : found)
            CHECK_FALSE(finding.repair.has_value());
    }
    TEST_CASE("a drop-in that starts something else, and a stop that comes too soon") {
        auto facts = healthy();
        facts.unit.drop_ins = "[Service]\nExecStart=\nExecStart=/opt/mine\n";
        CHECK(only(facts, "gateway-daemon").message.find("drop-in") != std::string::npos);
        facts = healthy();
        facts.unit.state->stop_timeout = 90;
        CHECK(only(facts, "gateway-daemon").message.find("90") != std::string::npos);
    }
    TEST_CASE("a service that is masked, not read, not enabled, failed, or without its program") {
        auto facts = healthy();
        facts.unit.state->load = "masked";
        CHECK(only(facts, "gateway-daemon").fix.find("unmask") != std::string::npos);
        facts = healthy();
        facts.unit.state->needs_reload = true;
        CHECK(only(facts, "gateway-daemon").repair->kind == Repair::Kind::reload_units);
        facts = healthy();
        facts.unit.state->file_state = "disabled";
        CHECK(only(facts, "gateway-daemon").repair->kind == Repair::Kind::enable_unit);
        facts = healthy();
        facts.unit.state->active = "failed";
        facts.unit.state->exit_status = 78;
        CHECK(only(facts, "gateway-daemon").message.find("78") != std::string::npos);
        facts = healthy();
        facts.unit.program_exists = false;
        CHECK(only(facts, "gateway-daemon").severity == Severity::error);
    }
    TEST_CASE("lingering is offered for a user's service only") {
        auto facts = healthy();
        facts.unit.lingers = false;
        CHECK(only(facts, "systemd-linger").repair->kind == Repair::Kind::linger);
        facts.unit.place.kind = UnitKind::system;
        CHECK(findings(facts, "systemd-linger").empty());
        facts = healthy();
        facts.unit.lingers.reset(); // nobody knows
        CHECK(findings(facts, "systemd-linger").empty());
    }

    TEST_CASE(
        "a gateway that is down, that reads another file, or whose disk does not take writes") {
        auto facts = healthy();
        facts.gateway = {};
        facts.state.owner = {};
        CHECK(only(facts, "gateway-health").fix == "openclaw gateway start");
        facts = healthy();
        answer(facts, "config.get", R"({"path":"/elsewhere/openclaw.json"})");
        CHECK(only(facts, "gateway-health").place == "/elsewhere/openclaw.json");
        facts = healthy();
        answer(facts, "health", R"({"health":{"down":["storage"]}})");
        CHECK(only(facts, "gateway-health").severity == Severity::error);
    }
    TEST_CASE("a port that somebody else has, or that the running gateway does not have") {
        auto facts = healthy();
        facts.port.listeners = {{.address = "127.0.0.1", .pid = 99, .program = "nginx"}};
        CHECK(findings(facts, "gateway-port").empty()); // ours: it answers
        facts.gateway = {};
        facts.state.owner = {};
        CHECK(only(facts, "gateway-port").message.find("pid 99 nginx") != std::string::npos);
        facts = healthy();
        facts.port.port.number = 20000;
        CHECK(only(facts, "gateway-port").severity == Severity::warning);
    }

    TEST_CASE("workers in trouble, by what helps") {
        auto facts = healthy();
        facts.programs.missing = {"openclaw-worker-telegram"};
        CHECK(only(facts, "worker-programs").place == "openclaw-worker-telegram");
        answer(facts, "workers.list",
               R"({"workers":[{"id":"telegram:a","state":"failed","stateReason":"8 deaths"},
                   {"id":"telegram:b","state":"ready","pid":7,"sandbox":"whole",
                    "lastExit":{"reason":"killed by its sandbox: called ptrace"}}]})");
        const auto found = findings(facts, "workers");
        REQUIRE(found.size() == 2);
        CHECK(found[0].severity == Severity::error);
        CHECK(found[1].message.find("ptrace") != std::string::npos);
    }
    TEST_CASE("walls that do not stand are named; required ones are an error") {
        auto facts = healthy();
        answer(facts, "workers.list",
               R"({"workers":[{"id":"agent","state":"ready","pid":7,"sandbox":"without files",
                   "sandboxLayers":[{"name":"files","holds":false,"spare":false,"detail":"no Landlock"},
                                    {"name":"namespaces","holds":false,"spare":true,"detail":"x"}]}]})");
        auto finding = only(facts, "sandbox");
        CHECK(finding.message == "its sandbox is without files (no Landlock)");
        CHECK(finding.severity == Severity::warning);
        facts.config = config_of("{ gateway: { mode: 'local', isolation: 'required' } }");
        CHECK(only(facts, "sandbox").severity == Severity::error);
    }
    TEST_CASE("with the gateway down the machine's own walls are judged") {
        auto facts = healthy();
        facts.gateway = {};
        facts.sandbox = sandbox::Level{{{.name = "calls", .holds = true}}};
        CHECK(findings(facts, "sandbox").empty());
        facts.sandbox->layers.push_back({.name = "files", .holds = false, .detail = "no Landlock"});
        CHECK(only(facts, "sandbox").message.find("files (no Landlock)") != std::string::npos);
        facts.sandbox.reset();
        CHECK(only(facts, "sandbox").place == "this machine");
    }
    TEST_CASE("an account that is off or down is told once, with its reason") {
        auto facts = healthy();
        answer(facts, "channels.status",
               R"({"channelLabels":{"telegram":"Telegram"},"channelAccounts":{"telegram":[
                   {"accountId":"default","enabled":true,"configured":true,"running":true,
                    "stateReason":"401 Unauthorized",
                    "health":{"level":"down","cause":"needs-operator","reason":"the token is refused"}}]}})");
        CHECK(only(facts, "channels").severity == Severity::error);
        CHECK(only(facts, "channels").place == "telegram:default");
        facts.config = config_of("{ gateway: { mode: 'local' }, channels: { telegram: { enabled: "
                                 "true } } }");
        CHECK(findings(facts, "channels").size() == 1);
    }
    TEST_CASE("a model without a provider, and none at all") {
        auto facts = healthy();
        facts.config = config_of("{ gateway: { mode: 'local' }, agents: { defaults: { model: { "
                                 "primary: 'nobody/x', fallbacks: ['builtin/echo'] } } } }");
        CHECK(only(facts, "model-references").place == "nobody/x");
        facts.config = config_of("{ gateway: { mode: 'local' } }");
        CHECK(only(facts, "model-references").severity == Severity::info);
    }

    TEST_CASE("variables nobody acts on, with the name that was meant") {
        auto facts = healthy();
        facts.environment["OPENCLAW_STATE_DIRS"] = "/x";
        CHECK(only(facts, "environment").fix == "did you mean OPENCLAW_STATE_DIR?");
        facts = healthy();
        facts.state.variables["OPENCLAW_SOMETHING_OF_THE_ORIGINAL"] = "1";
        CHECK(only(facts, "environment").severity == Severity::info);
        facts = healthy();
        facts.environment["OPENCLAW_PROFILE"] = "x";
        facts.environment["UNRELATED"] = "x";
        CHECK(findings(facts, "environment").empty());
    }
    TEST_CASE("few files, no IPv6, a clock that nobody keeps") {
        auto facts = healthy();
        facts.machine.most_files = 1024;
        facts.machine.has_ipv6_loopback = false;
        facts.machine.is_clock_synchronised = false;
        CHECK(findings(facts, "limits").size() == 2);
        CHECK(only(facts, "clock").severity == Severity::info);
    }
}
