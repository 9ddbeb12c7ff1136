// Credentials taken out of the configuration, sessions nobody came back to, and what groups cannot
// have.
#include "tests/unit/supervisor/rpc/fakes.h"

using namespace openclaw;
using namespace openclaw::test;

namespace {

struct Signed : Desk {
    Signed() {
        channels.push_back({.channel = "telegram",
                            .label = "Telegram",
                            .account = "default",
                            .is_default = true,
                            .token_source = "config"});
        channels.push_back({.channel = "telegram",
                            .label = "Telegram",
                            .account = "second",
                            .token_source = "config"});
        channels.push_back(
            {.channel = "echo", .label = "Echo", .account = "default", .is_default = true});
        process::WorkerView worker;
        worker.id = "telegram:default";
        workers.list.push_back(worker);
        facts.providers.push_back({.id = "fake", .has_key = true});
    }

    std::string change() const {
        return config_changes.empty() ? std::string() : config_changes.back().raw;
    }

    json::Document log_out(const std::string& params) {
        return parsed(ask("channels.logout", params));
    }
};

constexpr std::int64_t day = 86'400'000;

} // namespace

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("a channel account is logged out where its credential is written") {
        Signed desk;
        desk.config.parsed_json_redacted =
            R"({"channels":{"telegram":{"botToken":"x","accounts":{"second":{"tokenFile":"f"}}}}})";
        const auto first = desk.log_out(R"({"channel":"telegram"})");
        CHECK(desk.change() == R"({"channels":{"telegram":{"botToken":null}}})");
        CHECK(first.root()["payload"]["accountId"].text() == "default");
        CHECK(first.root()["payload"]["cleared"].boolean());
        desk.log_out(R"({"channel":"telegram","accountId":"second"})");
        CHECK(desk.change() ==
              R"({"channels":{"telegram":{"accounts":{"second":{"tokenFile":null}}}}})");
        CHECK(desk.config_changes.size() == 2);
    }
    TEST_CASE("a default account that is written twice is logged out twice") {
        Signed desk;
        desk.config.parsed_json_redacted =
            R"({"channels":{"telegram":{"botToken":"x","accounts":{"default":{"botToken":"y"}}}}})";
        desk.log_out(R"({"channel":"telegram"})");
        CHECK(
            desk.change() ==
            R"({"channels":{"telegram":{"botToken":null,"accounts":{"default":{"botToken":null}}}}})");
    }
    TEST_CASE("a credential of the environment is named, and its channel stopped") {
        Signed desk;
        desk.config.parsed_json_redacted = "{}";
        const auto answer = desk.log_out(R"({"channel":"telegram"})");
        CHECK(answer.root()["payload"]["envToken"].boolean());
        CHECK_FALSE(answer.root()["payload"]["cleared"].boolean());
        CHECK(desk.workers.acts == std::vector<std::string>{"stop telegram:default"});
        CHECK(desk.config_changes.empty());
    }
    TEST_CASE("what cannot be logged out is refused in the original's words") {
        Signed desk;
        const auto words = [&](const std::string& params) {
            return std::string(desk.log_out(params).root()["error"]["message"].text());
        };
        CHECK(words(R"({"channel":"nobody"})") == "invalid channels.logout channel");
        CHECK(words(R"({"channel":"echo"})") == "channel echo does not support logout");
        for (const auto* method : {"web.login.start", "web.login.wait"})
            CHECK(parsed(desk.ask(method)).root()["error"]["message"].text() ==
                  "web login provider is not available");
    }
    TEST_CASE("a provider's key is taken out of the configuration, once") {
        Signed desk;
        desk.config.parsed_json_redacted = R"({"models":{"providers":{"fake":{"apiKey":"x"}}}})";
        const auto gone = parsed(desk.ask("models.authLogout", R"({"provider":"fake"})"));
        CHECK(desk.change() == R"({"models":{"providers":{"fake":{"apiKey":null}}}})");
        CHECK(gone.root()["payload"]["cleared"].boolean());
        desk.config.parsed_json_redacted = R"({"models":{"providers":{"fake":{}}}})";
        const auto again = parsed(desk.ask("models.authLogout", R"({"provider":"fake"})"));
        CHECK_FALSE(again.root()["payload"]["cleared"].boolean());
        CHECK(desk.config_changes.size() == 1);
        CHECK(desk.ask("models.authLogout", R"({"provider":"x"})").contains("unknown provider"));
    }
    TEST_CASE("sessions that nobody came back to are removed by the configured rules") {
        Desk desk;
        const auto now = desk.loop.clock().unix_ms();
        desk.conversations.add("agent:main:main", now - 90 * day);
        desk.conversations.add("agent:main:old", now - 8 * day);
        desk.conversations.add("agent:main:kept", now - 9 * day).settings.pinned_at_ms = 1;
        desk.conversations.add("agent:main:looked-at", now - 9 * day);
        desk.conversations.add("agent:main:young", now);
        desk.config.parsed_json_redacted =
            R"({"session":{"maintenance":{"mode":"warn","pruneAfter":"7d"}}})";
        const std::string look = R"({"activeKey":"agent:main:looked-at")";
        const auto counted = parsed(desk.ask("sessions.cleanup", look + "}"));
        CHECK(counted.root()["payload"]["dryRun"].boolean());
        CHECK(counted.root()["payload"]["pruned"].integer() == 1);
        CHECK(desk.conversations.sessions.size() == 5);
        const auto done = parsed(desk.ask("sessions.cleanup", look + R"(,"enforce":true})"));
        CHECK(done.root()["payload"]["appliedCount"].integer() == 1);
        CHECK(done.root()["payload"]["keys"].dump() == R"(["agent:main:old"])");
        CHECK(desk.conversations.find("agent:main:old") == nullptr);
        CHECK(desk.conversations.sessions.size() == 4);
    }
    TEST_CASE("above the number of entries the longest untouched sessions go") {
        Desk desk;
        const auto now = desk.loop.clock().unix_ms();
        for (int i = 0; i < 5; ++i)
            desk.conversations.add("agent:main:s" + std::to_string(i), now - i);
        desk.config.parsed_json_redacted = R"({"session":{"maintenance":{"maxEntries":3}}})";
        const auto done = parsed(desk.ask("sessions.cleanup"));
        CHECK(done.root()["payload"]["capped"].integer() == 2);
        CHECK(done.root()["payload"]["keys"].dump() == R"(["agent:main:s4","agent:main:s3"])");
        CHECK(desk.conversations.sessions.size() == 3);
        CHECK(desk.ask("sessions.cleanup", R"({"fixDmScope":true})").contains("fixDmScope"));
        CHECK(desk.ask("sessions.cleanup", R"({"agent":"x"})").contains("no longer exists"));
    }
    TEST_CASE("a group cannot have a folder of its own, and says so") {
        Desk desk;
        desk.ask("sessions.groups.put", R"({"names":["work"]})");
        const auto plain = parsed(
            desk.ask("sessions.groups.update", R"({"name":"work","cwd":null,"worktree":false})"));
        CHECK(plain.root()["payload"]["defaults"].size() == 0);
        CHECK(desk.ask("sessions.groups.update", R"({"name":"work","cwd":"/x","worktree":false})")
                  .contains("workspace of their agent"));
        CHECK(desk.ask("sessions.groups.update", R"({"name":"x","cwd":null,"worktree":false})")
                  .contains("no such group"));
    }
}
