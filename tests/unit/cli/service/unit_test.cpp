#include "cli/service/unit.h"

#include <doctest/doctest.h>

#include <limits>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

UnitPlan plan() {
    return {.program = "/usr/bin/openclaw", .profile = "", .state_directory = "/home/op/.openclaw"};
}

std::string line(const std::string& text, std::string_view key) {
    const auto begin = text.find("\n" + std::string(key) + "=") + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
}

} // namespace

TEST_SUITE("cli/service") {
    TEST_CASE("the unit of a user runs this program on the state directory's own secrets") {
        const auto text = unit_text(plan()).value();
        CHECK(line(text, "ExecStart") == "ExecStart=/usr/bin/openclaw gateway run");
        CHECK(line(text, "EnvironmentFile") == "EnvironmentFile=-/home/op/.openclaw/.env");
        CHECK(text.find("WantedBy=default.target\n") != std::string::npos);
        CHECK(text.find('@') == std::string::npos); // every placeholder is filled
        CHECK(text.starts_with("# Written by"));
        CHECK(text.find("\n\n\n") == std::string::npos);
    }
    TEST_CASE("the system unit keeps its account and its own environment file") {
        auto system = plan();
        system.kind = UnitKind::system;
        const auto text = unit_text(system).value();
        CHECK(line(text, "User") == "User=openclaw");
        CHECK(line(text, "EnvironmentFile") == "EnvironmentFile=-/etc/openclaw/environment");
        CHECK(text.find("WantedBy=multi-user.target") != std::string::npos);
    }
    TEST_CASE("profile, port and permission to run on defaults are words of the command") {
        auto other = plan();
        other.profile = "rescue";
        other.port = 19001;
        other.allow_unconfigured = true;
        const auto text = unit_text(other).value();
        CHECK(line(text, "ExecStart") == "ExecStart=/usr/bin/openclaw --profile rescue gateway run "
                                         "--port 19001 --allow-unconfigured");
        CHECK(line(text, "Description").ends_with("(profile rescue)"));
        CHECK(unit_name("rescue") == "openclaw-gateway-rescue.service");
    }
    TEST_CASE("odd paths are quoted so that systemd reads what was meant") {
        auto odd = plan();
        odd.program = R"(/opt/my "claw"/100%/$x/openclaw)";
        odd.state_directory = "/home/o p/50%";
        const auto text = unit_text(odd).value();
        CHECK(line(text, "ExecStart") ==
              R"(ExecStart="/opt/my \"claw\"/100%%/$$x/openclaw" gateway run)");
        CHECK(line(text, "EnvironmentFile") == "EnvironmentFile=-/home/o p/50%%/.env");
        CHECK(UnitFile(text).command().front() == odd.program);
    }
    TEST_CASE("a line break in a path is refused: it would be a line of the unit") {
        auto bad = plan();
        bad.program = "/opt/x\nExecStartPre=/bin/evil";
        CHECK(unit_text(bad).error().code == Code::invalid);
        bad = plan();
        bad.state_directory = "/home/op\r";
        CHECK(unit_text(bad).error().code == Code::invalid);
    }
    TEST_CASE("a unit that was written is read back: the last value counts") {
        const UnitFile unit("# note\n[Unit]\nDescription=x\n[Service]\nExecStart=/a \\\n  gateway "
                            "--port=18790\n; no\nTimeoutStopSec=90\nTimeoutStopSec=5min 30s\n"
                            "Environment=A=1 \"B=2\"\n");
        CHECK(unit.value("TimeoutStopSec") == "5min 30s");
        CHECK(unit.value("Nothing").empty());
        CHECK(unit.pinned_port() == 18790);
        CHECK(unit.command() == std::vector<std::string>{"/a", "gateway", "--port=18790"});
        CHECK(unit.assignments().front().section == "Unit");
        CHECK_FALSE(unit.is_ours());
        CHECK(UnitFile(unit_text(plan()).value()).is_ours());
        CHECK(UnitFile(unit_text(plan()).value()).pinned_port() == 0);
    }
    TEST_CASE("spans of time as systemd prints them") {
        CHECK(seconds_of("5min 30s") == 330);
        CHECK(seconds_of("330") == 330);
        CHECK(seconds_of("1h") == 3600);
        CHECK(seconds_of("infinity") == std::numeric_limits<std::int64_t>::max());
        CHECK(seconds_of("soon") == -1);
    }
}
