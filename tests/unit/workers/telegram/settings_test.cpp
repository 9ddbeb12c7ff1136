#include "tests/unit/workers/telegram/scripted.h"
#include "workers/telegram/menu.h"
#include "workers/telegram/remembered.h"
#include "workers/telegram/settings.h"
#include "workers/telegram/sign_in.h"
#include "workers/telegram/status.h"

#include <doctest/doctest.h>

#include <array>
#include <optional>

using namespace openclaw;
using namespace openclaw::telegram;
using namespace openclaw::telegram::scripted;
using namespace std::chrono_literals;

namespace {

Settings read(const std::string& json) {
    auto settings = read_settings(json);
    REQUIRE(settings);
    return *settings;
}

struct Gate final : SignIn::Listener {
    std::optional<Identity> me;
    std::optional<Trouble> refused;
    int failures = 0;

    void on_signed_in(const Identity& identity) override { me = identity; }

    void on_sign_in_failed(const Answer&, int in_a_row, Milliseconds) override {
        failures = in_a_row;
    }

    void on_refused(const Answer& answer) override { refused = answer.trouble; }
};

std::string state_value(const FakeUplink& uplink, const std::string& key) {
    std::string value;
    for (const auto& frame : uplink.frames)
        for (const auto& entry : frame.state_write().entries())
            if (entry.key() == key) value = entry.value();
    return value;
}

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("settings have the documented defaults") {
        const auto settings = read("{}");
        CHECK(settings.api_root == "https://api.telegram.org");
        CHECK(settings.split.limit == 4000);
        CHECK_FALSE(settings.split.each_paragraph);
        CHECK(settings.previews);
        CHECK_FALSE(settings.link_preview);
        CHECK(settings.show_commands);
        CHECK(settings.pace.chat.count == 3);
    }
    TEST_CASE("settings are read from the account's section") {
        const auto settings = read(
            R"({"apiRoot":"https://tg.example/","textChunkLimit":9999,"linkPreview":false,
            "streaming":{"mode":"off","chunkMode":"newline"},"replyToMode":"all","commands":{"native":false},
            "customCommands":[{"command":"Back-Up","description":"Make one"}],"pacing":{"chatPer3Seconds":0,"groupPerMinute":5}})");
        CHECK(settings.api_root == "https://tg.example");
        CHECK(settings.split.limit == 4096); // the platform's own limit
        CHECK(settings.split.each_paragraph);
        CHECK_FALSE(settings.previews);
        CHECK(settings.link_preview == false);
        CHECK(settings.reply_on_every_part);
        CHECK_FALSE(settings.show_commands);
        CHECK(settings.pace.chat.count == 0);
        CHECK(settings.pace.group.count == 5);
    }
    TEST_CASE("a bot path at the end of apiRoot is taken off and noted") {
        const auto settings = read(R"({"apiRoot":"https://tg.example/x/bot123:ABC/"})");
        CHECK(settings.api_root == "https://tg.example/x");
        CHECK(settings.notes.size() == 1);
    }
    TEST_CASE("plain http is for this machine, or for who says so") {
        CHECK(read_settings(R"({"apiRoot":"http://127.0.0.1:8081"})"));
        CHECK(read_settings(R"({"apiRoot":"http://[::1]:8081"})"));
        CHECK_FALSE(read_settings(R"({"apiRoot":"http://tg.lan:8081"})"));
        CHECK_FALSE(read_settings(R"({"apiRoot":"http://127.0.0.1.evil.example"})"));
        CHECK(read_settings(
            R"({"apiRoot":"http://tg.lan:8081","network":{"dangerouslyAllowPrivateNetwork":true}})"));
        CHECK_FALSE(read_settings(R"({"apiRoot":"ftp://tg.example"})"));
    }
    TEST_CASE("a token has a shape") {
        CHECK(check_token("123456789:AAFabcdefghijklmnopqrstuvwxyz_-0123"));
        for (const auto* bad :
             {"", "abc", "123:", ":abc", "0123:abc", "12 3:abc", "123:a/b", "123:a?b"})
            CHECK_FALSE(check_token(bad));
    }

    TEST_CASE("the menu is ours and the operator's, with names the Bot API takes") {
        auto settings = read(
            R"({"customCommands":[{"command":"/Back-Up","description":"Make one"},{"command":"new"},{"command":"bad name"},{"command":"x"}]})");
        const auto commands = menu_commands(settings);
        std::vector<std::string> names;
        for (const auto& command : commands)
            names.push_back(command.name);
        CHECK(names ==
              std::vector<std::string>{"new", "reset", "stop", "status", "help", "back_up", "x"});
        CHECK(commands.back().description == "x");
    }
    TEST_CASE("the menu is registered for both scopes, remembered, and not registered again") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        FakeUplink uplink;
        Remembered remembered(alarms, uplink, {});
        Menu menu(alarms, api, remembered, menu_commands(read("{}")));
        menu.register_if_changed();
        CHECK(api.last().body.starts_with(
            R"({"commands":[{"command":"new","description":"Start a new session."})"));
        api.answer_ok("true");
        CHECK(api.last().body.ends_with(R"("scope":{"type":"all_group_chats"}})"));
        api.answer_ok("true");
        const auto digest = state_value(uplink, "menu");
        CHECK_FALSE(digest.empty());
        Remembered next_life(alarms, uplink, {{"menu", digest}});
        Menu again(alarms, api, next_life, menu_commands(read("{}")));
        again.register_if_changed();
        CHECK(api.made.size() == 2);
        Menu other(alarms, api, next_life,
                   menu_commands(read(R"({"customCommands":[{"command":"x"}]})")));
        other.register_if_changed();
        CHECK(api.made.size() == 3);
    }
    TEST_CASE("a menu the server finds too long is cut by a fifth, once") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        FakeUplink uplink;
        Remembered remembered(alarms, uplink, {});
        Menu menu(alarms, api, remembered, menu_commands(read("{}")));
        menu.register_if_changed();
        api.answer_error(400, "Bad Request: BOT_COMMANDS_TOO_MUCH");
        CHECK_FALSE(api.last().body.contains("help"));
        api.answer_error(400, "Bad Request: BOT_COMMANDS_TOO_MUCH");
        CHECK(api.open() == 0);
    }

    TEST_CASE("the offset is written lazily and belongs to one bot") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeUplink uplink;
        Remembered remembered(alarms, uplink, {});
        remembered.set_offset(123, 700);
        remembered.set_offset(123, 701);
        CHECK(uplink.frames.empty());
        alarms.advance(5s);
        CHECK(uplink.frames.size() == 1);
        Remembered next_life(alarms, uplink, {{"poll", state_value(uplink, "poll")}});
        CHECK(next_life.offset_of(123) == 701);
        CHECK_FALSE(next_life.offset_of(124));
        next_life.flush();
        CHECK(uplink.frames.size() == 1);
    }
    TEST_CASE("a state nobody can read is no offset") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeUplink uplink;
        CHECK_FALSE(Remembered(alarms, uplink, {{"poll", "{broken"}}).offset_of(0));
    }

    TEST_CASE("signing in goes on until the server answers, or refuses the token") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        Gate gate;
        SignIn sign_in(alarms, api, gate);
        sign_in.begin();
        for (int i = 1; i <= 5; ++i) {
            api.refuse_connection();
            CHECK(gate.failures == i);
            alarms.advance(40s);
        }
        SUBCASE("answer") {
            api.answer_ok(R"({"id":123456,"username":"fake_bot","has_topics_enabled":true})");
            REQUIRE(gate.me);
            CHECK(gate.me->username == "fake_bot");
            CHECK(gate.me->has_topics);
        }
        SUBCASE("refusal") {
            api.answer_error(404, "Not Found");
            CHECK(gate.refused == Trouble::auth);
            alarms.advance(1h);
            CHECK(api.open() == 0);
        }
    }

    TEST_CASE("the status is told when it changes, and one failure is no change") {
        ManualClock clock;
        FakeUplink uplink;
        Status status(clock, uplink);
        status.connecting();
        status.on_identity({.id = 1, .username = "b"});
        status.on_contact();
        status.connected();
        status.connected();
        status.failing(no_answer("refused", false), 1);
        status.failing(no_answer("refused", false), 2);
        status.failing(no_answer("refused", false), 3);
        status.connected();
        std::vector<std::string> states;
        for (const auto& frame : uplink.frames)
            states.push_back(wire::ChannelStatus::State_Name(frame.channel_status().state()) + " " +
                             frame.channel_status().error_code());
        CHECK(states == std::vector<std::string>{"CONNECTING ", "CONNECTED ", "DEGRADED network",
                                                 "CONNECTED "});
        CHECK(uplink.frames[1].channel_status().identity() == "@b");
        CHECK(uplink.frames[1].channel_status().last_contact_unix_ms() == clock.unix_ms());
    }
    TEST_CASE("a rival, a webhook and a flood wait are told at their first failure") {
        struct Case {
            int status;
            std::string_view body;
            wire::Cause cause;
        };

        constexpr auto cases = std::to_array<Case>({
            {429, R"({"ok":false,"error_code":429,"description":"Too Many"})", wire::CAUSE_RATE},
            {409, R"({"ok":false,"error_code":409,"description":"terminated by other"})",
             wire::CAUSE_CONFLICT},
            {409, R"({"ok":false,"error_code":409,"description":"webhook is active"})",
             wire::CAUSE_CONFLICT},
        });
        for (const auto& one : cases) {
            CAPTURE(one.body);
            ManualClock clock;
            FakeUplink uplink;
            Status status(clock, uplink);
            status.failing(read_answer(one.status, one.body, std::nullopt), 1);
            REQUIRE(uplink.frames.size() == 1);
            CHECK(uplink.frames[0].channel_status().state() == wire::ChannelStatus::DEGRADED);
            CHECK(uplink.frames[0].channel_status().cause() == one.cause);
        }
    }
    TEST_CASE("a sign-in that is asked to wait counts as a failure, and waits that long") {
        ManualClock clock;
        FakeAlarms alarms(clock);
        FakeApi api;
        Gate gate;
        SignIn sign_in(alarms, api, gate);
        sign_in.begin();
        api.answer_error(429, "Too Many Requests", R"({"retry_after":40})");
        CHECK(gate.failures == 1);
        alarms.advance(39'999ms);
        CHECK(api.made.size() == 1);
        alarms.advance(1ms);
        CHECK(api.made.size() == 2);
    }
}
