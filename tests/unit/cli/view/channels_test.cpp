#include "cli/view/channels.h"
#include "tests/unit/cli/view/canned.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::cli;

namespace {

AccountState state_of(std::string_view account) {
    return account_state(canned::parse(account).root());
}

} // namespace

TEST_SUITE("cli/view") {
    TEST_CASE("each account has a line with everything known about it") {
        CHECK(
            channels_view(canned::parse(canned::channels).root(), canned::look()) ==
            R"(- Telegram default: enabled, configured, running, connected, mode:polling, token:config, in:2m ago, out:1m ago
- Telegram alerts: enabled, configured, running, disconnected, mode:polling, token:tokenFile, error:401 Unauthorized: the bot token is refused
- Telegram old: disabled, configured, stopped
! telegram: one account is refused
)");
        CHECK(channels_view(canned::parse("{}").root(), canned::look()) ==
              "- no configured chat channels (add channels.telegram to the configuration)\n");
    }
    TEST_CASE("only a connected account counts as well") {
        CHECK(state_of(R"({"running":true,"connected":true})").word == "OK");
        CHECK(state_of(R"({"running":true,"connected":false})").word == "connecting");
        CHECK(state_of(R"({"running":true,"connected":false,"lastError":"401"})").word ==
              "disconnected");
        CHECK(state_of(R"({"running":true,"connected":true,"probe":{"ok":false}})").word ==
              "probe failed");
        CHECK(state_of(R"({"running":false})").word == "stopped");
        CHECK(state_of(R"({"running":false,"lifecycle":"blocked"})").word == "switched off");
        CHECK(state_of(R"({"running":false,"lifecycle":"backoff"})").word == "backing off");
        CHECK(state_of(R"({"running":false,"lifecycle":"failed"})").ink == Ink::bad);
        CHECK(
            state_of(R"({"configured":false,"lastError":"botToken is no token"})").needs_attention);
        CHECK_FALSE(state_of(R"({"running":false,"manualStop":true})").needs_attention);
        CHECK_FALSE(state_of(R"({"enabled":false,"running":false})").needs_attention);
        CHECK_FALSE(state_of(R"({"configured":false})").needs_attention);
    }
    TEST_CASE("a probe says whether the platform answered, and as whom") {
        const auto status = canned::parse(
            R"({"channelAccounts":{"telegram":[{"accountId":"a","enabled":true,"configured":true,"running":true,
            "connected":true,"probe":{"ok":true,"bot":{"username":"my_bot"}}},{"accountId":"b","enabled":true,"configured":true,"running":true,
            "connected":true,"probe":{"ok":false,"error":"timeout"}}]}})");
        CHECK(channels_view(status.root(), canned::look()) ==
              R"(- Telegram a: enabled, configured, running, connected, works (@my_bot)
- Telegram b: enabled, configured, running, connected, probe failed, error:timeout
)");
    }
    TEST_CASE("the summary names every account and its state") {
        CHECK(channels_summary(canned::parse(canned::channels).root()) ==
              "telegram ok, telegram:alerts disconnected, telegram:old off");
        CHECK(channels_summary(json::View()) == "none configured");
    }
}
