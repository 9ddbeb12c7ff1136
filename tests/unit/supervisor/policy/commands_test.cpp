#include "supervisor/policy/commands.h"
#include "tests/unit/supervisor/policy/scene.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;
using Answer = CommandCall::Answer;

namespace {

Facts command(Facts facts, std::string name, std::string arguments = "") {
    facts.text = "/" + name + (arguments.empty() ? "" : " " + arguments);
    facts.command = std::move(name);
    facts.command_arguments = std::move(arguments);
    return facts;
}

constexpr Admission allowed = {.verdict = Verdict::admit,
                               .reason = Reason::none,
                               .was_mentioned = true,
                               .may_command = true,
                               .is_owner = false};
constexpr Admission barred = {.verdict = Verdict::admit,
                              .reason = Reason::none,
                              .was_mentioned = true,
                              .may_command = false,
                              .is_owner = false};

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("the commands of this build run for who may command") {
        for (const CommandRow& row : command_rows()) {
            const auto call =
                judge_command(command(direct("5"), std::string(row.name)), allowed, {}, {});
            CHECK(call.answer == Answer::run);
            REQUIRE(call.row != nullptr);
            CHECK(call.row->command == row.command);
        }
        for (const char* name : {"new", "reset", "stop", "status", "help"})
            CHECK(find_command(name) != nullptr);
        CHECK(find_command("STOP")->jumps_queue);
        CHECK(find_command("/new")->command == Command::start_new);
    }
    TEST_CASE("arguments come along") {
        CHECK(judge_command(command(direct("5"), "new", "about cats"), allowed, {}, {}).arguments ==
              "about cats");
    }
    TEST_CASE("an unknown word behind a slash is a text for the agent") {
        CHECK(judge_command(command(direct("5"), "weather"), allowed, {}, {}).answer ==
              Answer::none);
        CHECK(judge_command(direct("5", "stop that"), allowed, {}, {}).answer == Answer::none);
        CHECK(find_command("") == nullptr);
    }
    TEST_CASE("who may not command is taken at his word in private and refused in public") {
        CHECK(judge_command(command(direct("5"), "status"), barred, {}, {}).answer ==
              Answer::as_text);
        CHECK(judge_command(command(in_group("-1", "5"), "status"), barred, {}, {}).answer ==
              Answer::refuse);
    }
    TEST_CASE("nobody commands who is not admitted, and nobody when text commands are off") {
        CHECK(judge_command(command(direct("5"), "stop"), {}, {}, {}).answer == Answer::none);
        CHECK(judge_command(command(direct("5"), "stop"), allowed, {.text = false}, {}).answer ==
              Answer::none);
    }
    TEST_CASE("the operator's own triggers reset, in any case, with what follows them") {
        config::Session session;
        session.reset_triggers = {"fresh start"};
        const auto call =
            judge_command(direct("5", "Fresh Start  with this"), allowed, {}, session);
        CHECK(call.answer == Answer::run);
        CHECK(call.row->command == Command::reset);
        CHECK(call.arguments == "with this");
        CHECK(judge_command(direct("5", "fresh starters"), allowed, {}, session).answer ==
              Answer::none);
        CHECK(judge_command(direct("5", "a fresh start"), allowed, {}, session).answer ==
              Answer::none);
        CHECK(judge_command(command(direct("5"), "new"), allowed, {}, session).row->command ==
              Command::start_new);
    }
    TEST_CASE("help names every command") {
        for (const CommandRow& row : command_rows())
            CHECK(help_text().contains("/" + std::string(row.name)));
    }
}
