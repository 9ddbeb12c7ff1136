#include "supervisor/policy/ack_reaction.h"
#include "supervisor/policy/patience.h"
#include "supervisor/policy/reaction.h"
#include "supervisor/policy/reply_route.h"
#include "tests/unit/supervisor/policy/scene.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;
using config::ReplyToMode;
using Scope = config::Messages::AckScope;

TEST_SUITE("supervisor/policy") {
    TEST_CASE("an answer goes where the message came from, quoting as configured") {
        auto facts = in_group("-1", "5");
        facts.account = "alerts";
        facts.thread_id = "7";
        const auto plain = reply_route(facts, ReplyToMode::off);
        CHECK(plain == ReplyRoute{.channel = "telegram",
                                  .account = "alerts",
                                  .chat_id = "-1",
                                  .thread_id = "7",
                                  .reply_to_message_id = "",
                                  .quote_every_part = false,
                                  .is_direct = false});
        CHECK(reply_route(facts, ReplyToMode::first).reply_to_message_id == "42");
        CHECK_FALSE(reply_route(facts, ReplyToMode::first).quote_every_part);
        CHECK(reply_route(facts, ReplyToMode::all).quote_every_part);
        CHECK(reply_route(facts, ReplyToMode::batched).reply_to_message_id.empty());
        CHECK(reply_route(facts, ReplyToMode::batched, true).reply_to_message_id == "42");
        CHECK(reply_route(direct("5"), ReplyToMode::off).is_direct);
    }
    TEST_CASE("a text waits as its channel says, the messages' own rule says otherwise, and a "
              "channel's own rule wins") {
        config::PatienceRule rule;
        config::Messages messages;
        auto facts = direct("5");
        facts.text = "hello";
        CHECK(patience(facts, rule, messages).pause == Milliseconds(0));
        rule.pause = Milliseconds(300);
        CHECK(patience(facts, rule, messages).pause == Milliseconds(300));
        messages.debounce = Milliseconds(700);
        CHECK(patience(facts, rule, messages).pause == Milliseconds(700));
        messages.debounce_by_channel["telegram"] = Milliseconds(0);
        CHECK(patience(facts, rule, messages).pause == Milliseconds(0));
    }
    TEST_CASE(
        "a text that fills a message waits for the rest of the paste, whatever else is said") {
        const config::PatienceRule rule{.paste_characters = 4, .paste_pause = Milliseconds(1500)};
        config::Messages messages;
        auto facts = direct("5");
        facts.text = "äöü";
        CHECK(patience(facts, rule, messages).pause == Milliseconds(0));
        facts.text = "äöüß";
        CHECK(patience(facts, rule, messages).pause == Milliseconds(1500));
        messages.debounce = Milliseconds(2000);
        CHECK(patience(facts, rule, messages).pause == Milliseconds(2000));
    }
    TEST_CASE("of reactions those on the bot's own messages are told, unless the server says "
              "otherwise") {
        using Mode = config::ReactionNotifications;
        config::AccessSettings access;
        const auto there = in_space("8", "70", "5"), elsewhere = in_space("9", "71", "5");
        CHECK(wants_reaction(direct("5"), access, true));
        CHECK_FALSE(wants_reaction(direct("5"), access, false));
        access.spaces["8"].reactions = Mode::all;
        access.spaces["*"].reactions = Mode::off;
        CHECK(wants_reaction(there, access, false));
        CHECK_FALSE(wants_reaction(elsewhere, access, true));
        CHECK(wants_reaction(direct("5"), access, true)); // lies in no server
    }
    TEST_CASE("an allowlist of reactions is the people and roles that the place names") {
        config::AccessSettings access;
        auto& space = access.spaces["8"];
        space.reactions = config::ReactionNotifications::allowlist;
        auto facts = in_space("8", "70", "5");
        CHECK_FALSE(wants_reaction(facts, access, true)); // nobody is named
        space.allow_from = config::SenderList{"6"};
        CHECK_FALSE(wants_reaction(facts, access, true));
        space.roles = std::vector<std::string>{"44"};
        facts.sender_roles = {"44"};
        CHECK(wants_reaction(facts, access, false));
    }
    TEST_CASE("commands and what carries files do not wait") {
        config::PatienceRule rule;
        rule.pause = Milliseconds(300);
        auto command = direct("5");
        command.text = "/help";
        command.command = "help";
        CHECK(patience(command, rule, {}).pause == Milliseconds(0));
        auto photo = direct("5");
        photo.text = "look";
        photo.has_attachments = true;
        CHECK(patience(photo, rule, {}).pause == Milliseconds(0));
    }
    TEST_CASE("in a shared main session only the one pinned owner moves the last route") {
        config::Commands commands;
        CHECK(moves_last_route(direct("9"), true, commands));
        commands.owner_allow_from = {"telegram:1"};
        CHECK(moves_last_route(direct("1"), true, commands));
        CHECK_FALSE(moves_last_route(direct("9"), true, commands));
        CHECK(moves_last_route(direct("9"), false, commands));
        CHECK(moves_last_route(in_group("-1", "9"), true, commands));
        commands.owner_allow_from = {"1", "2"};
        CHECK(moves_last_route(direct("9"), true, commands));
    }
    TEST_CASE("the sign that a message was seen: every scope against every place") {
        struct Row {
            Scope scope;
            bool direct, mentioned, unmentioned;
        };

        const config::ChannelAccount account;
        const config::Agent agent;
        Admission admission{.verdict = Verdict::admit,
                            .reason = Reason::none,
                            .was_mentioned = true,
                            .may_command = true,
                            .is_owner = false};
        for (const Row& row :
             {Row{Scope::group_mentions, false, true, false},
              Row{Scope::group_all, false, true, true}, Row{Scope::direct, true, false, false},
              Row{Scope::all, true, true, true}, Row{Scope::off, false, false, false},
              Row{Scope::none, false, false, false}}) {
            config::Messages messages;
            messages.ack_scope = row.scope;
            CAPTURE(static_cast<int>(row.scope));
            admission.was_mentioned = true;
            CHECK(ack_reaction(direct("5"), admission, account, messages, agent).has_value() ==
                  row.direct);
            CHECK(ack_reaction(in_group("-1", "5"), admission, account, messages, agent)
                      .has_value() == row.mentioned);
            admission.was_mentioned = false;
            CHECK(ack_reaction(in_group("-1", "5"), admission, account, messages, agent)
                      .has_value() == row.unmentioned);
        }
        CHECK_FALSE(
            ack_reaction(in_group("-1", "5"), {.verdict = Verdict::drop}, account, {}, agent));
    }
    TEST_CASE("the sign is the account's, else the messages', else the agent's, else eyes; empty "
              "is none") {
        config::ChannelAccount account;
        config::Messages messages;
        config::Agent agent;
        const Admission admission{.verdict = Verdict::admit,
                                  .reason = Reason::none,
                                  .was_mentioned = true,
                                  .may_command = true,
                                  .is_owner = false};
        const auto sign = [&] {
            return ack_reaction(in_group("-1", "5"), admission, account, messages, agent);
        };
        CHECK(sign() == "👀");
        agent.identity.emoji = "🦥";
        CHECK(sign() == "🦥");
        messages.ack_reaction = "👍";
        CHECK(sign() == "👍");
        account.ack_reaction = "🔥";
        CHECK(sign() == "🔥");
        account.ack_reaction = "";
        CHECK_FALSE(sign());
    }
}
