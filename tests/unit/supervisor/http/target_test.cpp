#include "supervisor/http/target.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::http;

namespace {

struct Fixture {
    Fixture() {
        facts.agents.entries["main"].id = "main";
        facts.agents.entries["beta"].id = "beta";
        facts.providers.push_back({.id = "fake", .models = {{.id = "one", .name = {}}}});
    }

    void header(std::string name, std::string value) {
        head.arrival.headers.emplace_back(std::move(name), std::move(value));
    }

    std::expected<Target, ApiError> target(std::string_view model, std::string_view user = {}) {
        return target_meant({.model = model, .user = user, .door = "openai"}, head, facts);
    }

    std::string refusal(std::string_view model) {
        const auto meant = target(model);
        return meant ? "meant" : meant.error().message;
    }

    rpc::GatewayFacts facts;
    web::HttpHead head;
};

} // namespace

TEST_SUITE("supervisor/http") {
    TEST_CASE_FIXTURE(Fixture, "the model names an agent in four ways") {
        for (const std::string_view model :
             {"openclaw/beta", "openclaw:beta", "agent:beta", "openclaw/BETA"})
            CHECK_MESSAGE(target(model)->agent_id == "beta", model);
        for (const std::string_view model : {"openclaw", "openclaw/default"})
            CHECK_MESSAGE(target(model)->agent_id == "main", model);
    }

    TEST_CASE_FIXTURE(Fixture,
                      "other models and unknown agents are refused in the original's words") {
        for (const std::string_view model :
             {"", "gpt-5", "openclaw/", "openclaw/a/b", "agent:", "openclawd", "agent: x"})
            CHECK_MESSAGE(refusal(model) ==
                              "Invalid `model`. Use `openclaw` or `openclaw/<agentId>`.",
                          model);
        CHECK(refusal("openclaw/zzz") == "Unknown agent 'zzz'.");
    }

    TEST_CASE_FIXTURE(Fixture, "the agent of the header goes before the model's") {
        header("x-openclaw-agent-id", "beta");
        CHECK(target("openclaw")->agent_id == "beta");
        CHECK(target("openclaw/main")->agent_id == "beta");
    }

    TEST_CASE_FIXTURE(Fixture, "without a word about it every request has a session of its own") {
        const auto one = target("openclaw")->session_key, two = target("openclaw")->session_key;
        CHECK(one.starts_with("agent:main:openai:"));
        CHECK(one.size() == std::string_view("agent:main:openai:").size() + 36);
        CHECK(one != two);
    }

    TEST_CASE_FIXTURE(Fixture, "a user always finds the same session, and nobody else's") {
        CHECK(target("openclaw", "ada@example.org")->session_key ==
              "agent:main:openai:user:ada@example.org");
        const auto odd = target("openclaw", "Ada Lovelace\n:x")->session_key;
        CHECK(odd.starts_with("agent:main:openai:user-sha256:"));
        CHECK(odd == target("openclaw", "Ada Lovelace\n:x")->session_key);
        CHECK(odd != target("openclaw", "Ada Lovelace\n:y")->session_key);
        CHECK(target("openclaw/beta", "ada")->session_key == "agent:beta:openai:user:ada");
        CHECK(target("openclaw", std::string(5000, 'u'))->session_key.size() < 100);
    }

    TEST_CASE_FIXTURE(Fixture, "the session of the header is taken, with its agent") {
        header("x-openclaw-session-key", "agent:beta:main");
        const auto meant = target("openclaw", "ada");
        REQUIRE(meant);
        CHECK(meant->session_key == "agent:beta:main");
        CHECK(meant->agent_id == "beta");
    }

    TEST_CASE_FIXTURE(Fixture, "a session key without an agent belongs to the chosen one") {
        header("x-openclaw-session-key", "notes");
        CHECK(target("openclaw/beta")->session_key == "agent:beta:notes");
    }

    TEST_CASE("reserved, broken and foreign session keys are refused") {
        for (const std::string_view key :
             {"agent:main:subagent:1", "subagent:1", "agent:main:cron:1", "cron:1", "acp:1",
              "agent:main:acp:x"}) {
            Fixture fixture;
            fixture.header("x-openclaw-session-key", std::string(key));
            CHECK_MESSAGE(
                fixture.refusal("openclaw") ==
                    "`x-openclaw-session-key` cannot use reserved internal session namespaces.",
                key);
        }
        Fixture fixture;
        fixture.header("x-openclaw-session-key", "agent:nobody:main");
        CHECK(fixture.refusal("openclaw") == "Unknown agent 'nobody'.");
        Fixture blank;
        blank.header("x-openclaw-session-key", "a b");
        CHECK(blank.refusal("openclaw") != "meant");
    }

    TEST_CASE_FIXTURE(Fixture, "another model is used when it is configured") {
        header("x-openclaw-model", "fake/one");
        CHECK(target("openclaw")->model == "fake/one");
        Fixture wrong;
        wrong.header("x-openclaw-model", "nobody/one");
        CHECK(wrong.refusal("openclaw").contains("nobody/one"));
    }
}
