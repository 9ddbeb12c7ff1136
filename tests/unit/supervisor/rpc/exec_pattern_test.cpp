// Which command lines a pattern of an allowlist means, and which are asked about whatever it says.
#include "supervisor/rpc/exec_pattern.h"
#include "tests/unit/supervisor/rpc/fakes.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

bool means(std::string_view pattern, std::string_view line, std::string_view found_at = {}) {
    const auto programs = rpc::programs_in(line);
    REQUIRE(programs);
    REQUIRE(programs->size() == 1);
    return rpc::pattern_means(pattern, programs->front(),
                              rpc::place_of(programs->front(), "/home/op", found_at));
}

std::string names_in(std::string_view line) {
    const auto programs = rpc::programs_in(line);
    if (!programs) return "asked";
    std::string names;
    for (const auto& program : *programs)
        names += (names.empty() ? "" : ",") + program.program;
    return names;
}

// The rules as an owner writes them, and the verdict on one line.
rpc::ExecRules::Verdict verdict(const std::string& allowlist, const std::string& line,
                                const std::string& found_at = {}) {
    Desk desk;
    desk.ask("exec.approvals.set",
             R"({"file":{"version":1,"agents":{"*":{"allowlist":)" + allowlist + "}}}}");
    return desk.approvals.rules().judge({.agent_id = "main",
                                         .command = line,
                                         .cwd = "/home/op",
                                         .host = "gateway",
                                         .program_path = found_at});
}

using Verdict = rpc::ExecRules::Verdict;

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a line is taken apart at what joins programs") {
        CHECK(names_in("rg -n 'a b' src") == "rg");
        CHECK(names_in("rg x && ls -l; wc -l | sort") == "rg,ls,wc,sort");
        CHECK(names_in("make || echo \"it's over\";") == "make,echo");
        CHECK(names_in("rg '$(x) > y; z'") == "rg"); // quoted: only text
    }
    TEST_CASE("a line in which a shell does more than run programs is asked about") {
        for (const auto* line :
             {"",        ";",        "&&",      "rg &&",        "rg | | wc", "rg > out",
              "rg < in", "rg $HOME", "rg `id`", "rg \"$(id)\"", "rg 'open",  "rg x & ls",
              "(rg x)",  "A=1 rg",   "r* x",    "rg x\nls",     "rg x # y",  "rg \\; ls",
              "rg !1",   "rg {a,b}", "'' x",    "rg |& wc",     "[ x ]"}) {
            CAPTURE(line);
            CHECK(names_in(line) == "asked");
        }
        CHECK(names_in(std::string(9000, 'x')) == "asked");
    }
    TEST_CASE("a bare name means a program that is found by PATH, and no other place") {
        CHECK(means("rg", "rg x"));
        CHECK(means("python3*", "python3.11 x.py"));
        CHECK_FALSE(means("rg", "./rg x"));
        CHECK_FALSE(means("rg", "/tmp/rg x"));
        CHECK_FALSE(means("rg", "rgx"));
    }
    TEST_CASE("a pattern with a slash means where the program is") {
        CHECK(means("/usr/bin/rg", "/usr/bin/rg x"));
        CHECK(means("/usr/bin/rg", "rg x", "/usr/bin/rg"));
        CHECK_FALSE(means("/usr/bin/rg", "rg x")); // nobody said where it is
        CHECK(means("/usr/bin/*", "/usr/bin/rg"));
        CHECK_FALSE(means("/usr/bin/*", "/usr/bin/deep/rg"));
        CHECK(means("/usr/**", "/usr/bin/deep/rg"));
        CHECK(means("/opt/**/bin/rg", "/opt/a/b/bin/rg"));
        CHECK_FALSE(means("/opt/**/bin/rg", "/opt/a/b/bin/rgx"));
        CHECK(means("/usr/bin/r?", "/usr/bin/rg"));
        CHECK_FALSE(means("/usr?bin", "/usr/bin"));
        CHECK(means("/home/op/tool", "./tool"));
        CHECK_FALSE(means("/usr/bin/**", "/usr/bin/../../tmp/rg")); // where it really is
    }
    TEST_CASE("a program that runs another one is asked about; one star means every program") {
        CHECK_FALSE(means("/bin/*", "/bin/sh -c id"));
        CHECK_FALSE(means("env", "env rg"));
        CHECK_FALSE(means("/bin/*", "quiet -c id", "/bin/bash"));
        CHECK(means("*", "bash -c id"));
    }
    TEST_CASE("a long pattern is not slow") {
        std::string pattern = "/", line = "/";
        for (int i = 0; i < 200; ++i)
            pattern += "*a";
        line += std::string(3000, 'a');
        CHECK(means(pattern, line));
        CHECK_FALSE(means(pattern + "b", line));
    }
    TEST_CASE("every program of a line has to be allowed") {
        const std::string list = R"([{"pattern":"rg"},{"pattern":"/usr/bin/*"}])";
        CHECK(verdict(list, "rg x") == Verdict::allow);
        CHECK(verdict(list, "rg x | /usr/bin/wc -l") == Verdict::allow);
        CHECK(verdict(list, "rg x && rm -rf /") == Verdict::ask);
        CHECK(verdict(list, "rg x; $(rm)") == Verdict::ask);
        CHECK(verdict(list, "wc", "/usr/bin/wc") == Verdict::allow);
        CHECK(verdict(list, "wc | sh", "/usr/bin/wc") == Verdict::ask);
    }
    TEST_CASE("an expression about the arguments is searched in them, joined by blanks") {
        const std::string list = R"([{"pattern":"python3","argPattern":"^safe\\.py( -v)?$"}])";
        CHECK(verdict(list, "python3 safe.py") == Verdict::allow);
        CHECK(verdict(list, "python3 'safe.py' -v") == Verdict::allow);
        CHECK(verdict(list, "python3 other.py") == Verdict::ask);
        CHECK(verdict(list, "python3 SAFE.py") == Verdict::ask);
        CHECK(verdict(list, "python3 safe.p*") == Verdict::ask);
        const std::string also = R"([{"pattern":"ls","argPattern":"x"},{"pattern":"ls"}])";
        CHECK(verdict(also, "ls -l") == Verdict::allow); // by the entry without one
        CHECK(rpc::check_argument_pattern("(a+)+$"));
        CHECK_FALSE(rpc::check_argument_pattern("("));
        CHECK_FALSE(rpc::check_argument_pattern(R"((a)\1)"));
        const auto long_one = rpc::programs_in("x " + std::string(3000, 'a') + "b");
        CHECK_FALSE(rpc::arguments_match("^(a+)+$", long_one->front())); // and at once
    }
    TEST_CASE("an entry that was used says when, for what and where") {
        Desk desk;
        desk.ask(
            "exec.approvals.set",
            R"({"file":{"version":1,"agents":{"main":{"allowlist":[{"pattern":"/usr/bin/rg"}]}}}})");
        const auto allowed =
            parsed(desk.ask("exec.approval.request",
                            R"({"command":"rg x","agentId":"main","resolvedPath":"/usr/bin/rg"})"));
        CHECK(allowed.root()["payload"]["decision"].text() == "allow-always");
        const auto file = parsed(desk.ask("exec.approvals.get"));
        const auto entry = file.root()["payload"]["file"]["agents"]["main"]["allowlist"].at(0);
        CHECK(entry["lastUsedAt"].integer() > 0);
        CHECK(entry["lastUsedCommand"].text() == "rg x");
        CHECK(entry["lastResolvedPath"].text() == "/usr/bin/rg");
    }
    TEST_CASE("with nobody to ask, the fallback \"allowlist\" lets through what the list means") {
        Desk desk;
        desk.ask("exec.approvals.set",
                 R"({"file":{"version":1,"defaults":{"ask":"always","askFallback":"allowlist"},)"
                 R"("agents":{"main":{"allowlist":[{"pattern":"rg"}]}}}})");
        const auto decision = [&](const std::string& command) {
            const auto answer = parsed(desk.ask(
                "exec.approval.request", R"({"agentId":"main","command":")" + command + "\"}"));
            return std::string(answer.root()["payload"]["decision"].text("none"));
        };
        CHECK(decision("rg x") == "allow-once");
        CHECK(decision("rm x") == "none");
    }
}
