#include "supervisor/policy/access.h"
#include "tests/unit/supervisor/policy/scene.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;
using config::DmPolicy;
using config::GroupPolicy;

namespace {

Door group_door() {
    Door door;
    door.access.groups.emplace();
    (*door.access.groups)["-1"] = {};
    return door;
}

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("direct messages: every policy against every kind of sender") {
        struct Row {
            DmPolicy policy;
            const char *stranger, *listed, *paired;
        };

        for (const Row& row :
             {Row{DmPolicy::pairing, "pair", "admit", "admit"},
              Row{DmPolicy::allowlist, "sender_not_allowed", "admit", "admit"},
              Row{DmPolicy::open, "sender_not_allowed", "admit", "sender_not_allowed"},
              Row{DmPolicy::disabled, "dm_disabled", "dm_disabled", "dm_disabled"}}) {
            Door door;
            door.access.dm_policy = row.policy;
            door.access.allow_from = {"tg:1"};
            door.paired = {"2"};
            CAPTURE(static_cast<int>(row.policy));
            CHECK(door.says(direct("9")) == row.stranger);
            CHECK(door.says(direct("1")) == row.listed);
            CHECK(door.says(direct("2")) == row.paired);
        }
    }
    TEST_CASE("a star opens direct messages to everybody") {
        Door door;
        door.access.allow_from = {"*"};
        for (const auto policy : {DmPolicy::open, DmPolicy::pairing, DmPolicy::allowlist}) {
            door.access.dm_policy = policy;
            CHECK(door.says(direct("9")) == "admit");
        }
    }
    TEST_CASE("a person's own rules win over the account's, and over the star's") {
        Door door;
        door.access.direct["7"].dm_policy = DmPolicy::disabled;
        door.access.direct["8"].allow_from = {"8"};
        door.access.direct["*"].dm_policy = DmPolicy::allowlist;
        CHECK(door.says(direct("7")) == "dm_disabled");
        CHECK(door.says(direct("8")) == "admit");
        CHECK(door.says(direct("9")) == "sender_not_allowed");
    }
    TEST_CASE("ids are compared without their prefixes, names never match") {
        Door door;
        door.access.dm_policy = DmPolicy::allowlist;
        door.access.allow_from = {"telegram:1", "TG:2", " 3 ", "@ann", "discord:4"};
        for (const char* sender : {"1", "2", "3"})
            CHECK(door.says(direct(sender)) == "admit");
        for (const char* sender : {"ann", "4", "", "*", "tg:1"})
            CHECK(door.says(direct(sender)) != "admit");
    }
    TEST_CASE("a sender without an id is nobody, not even under a star") {
        Door door;
        door.access.allow_from = {"*"};
        CHECK(door.says(direct("")) == "sender_unknown");
        door.access.group_policy = GroupPolicy::open;
        CHECK(door.says(mentioned(in_group("-1", ""))) == "sender_unknown");
    }
    TEST_CASE("groups: every policy with and without a list of rooms") {
        struct Row {
            GroupPolicy policy;
            const char *no_list, *named, *other, *star;
        };

        for (const Row& row : {Row{GroupPolicy::allowlist, "room_not_listed", "admit",
                                   "room_not_listed", "group_list_empty"},
                               Row{GroupPolicy::open, "admit", "admit", "room_not_listed", "admit"},
                               Row{GroupPolicy::disabled, "group_disabled", "group_disabled",
                                   "group_disabled", "group_disabled"}}) {
            CAPTURE(static_cast<int>(row.policy));
            Door door;
            door.access.group_policy = row.policy;
            CHECK(door.says(mentioned(in_group("-1", "5"))) == row.no_list);
            door = group_door();
            door.access.group_policy = row.policy;
            CHECK(door.says(mentioned(in_group("-1", "5"))) == row.named);
            CHECK(door.says(mentioned(in_group("-2", "5"))) == row.other);
            (*door.access.groups)["*"] = {};
            CHECK(door.says(mentioned(in_group("-2", "5"))) == row.star);
        }
    }
    TEST_CASE("who may speak in an allowlisted group: topic over group over groupAllowFrom over "
              "allowFrom, pairing never") {
        Door door = group_door();
        door.paired = {"5"};
        door.access.allow_from = {"1"};
        CHECK(door.says(mentioned(in_group("-1", "1"))) == "admit");
        CHECK(door.says(mentioned(in_group("-1", "5"))) == "group_sender_not_allowed");
        door.access.group_allow_from = {"2"};
        CHECK(door.says(mentioned(in_group("-1", "1"))) == "group_sender_not_allowed");
        CHECK(door.says(mentioned(in_group("-1", "2"))) == "admit");
        (*door.access.groups)["-1"].allow_from = {"3"};
        CHECK(door.says(mentioned(in_group("-1", "2"))) == "group_sender_not_allowed");
        CHECK(door.says(mentioned(in_group("-1", "3"))) == "admit");
        (*door.access.groups)["-1"].topics["7"].allow_from = {"4"};
        auto in_topic = mentioned(in_group("-1", "4"));
        in_topic.thread_id = "7";
        CHECK(door.says(in_topic) == "admit");
        in_topic.thread_id = "8";
        CHECK(door.says(in_topic) == "group_sender_not_allowed");
    }
    TEST_CASE("without a list of rooms, a list of group senders is the list") {
        Door door;
        door.access.group_allow_from = {"1"};
        CHECK(door.says(mentioned(in_group("-9", "1"))) == "admit");
        CHECK(door.says(mentioned(in_group("-9", "2"))) == "group_sender_not_allowed");
        door.access.group_allow_from->clear();
        CHECK(door.says(mentioned(in_group("-9", "1"))) == "room_not_listed");
    }
    TEST_CASE("rooms in a space: the space's list, then its list of rooms") {
        Door door;
        CHECK(door.says(mentioned(in_space("8", "70", "5"))) == "room_not_listed");
        door.access.spaces["8"] = {};
        CHECK(door.says(mentioned(in_space("8", "70", "5"))) == "admit");
        CHECK(door.says(in_space("8", "70", "5")) == "context");
        CHECK(door.says(mentioned(in_space("9", "70", "5"))) == "room_not_listed");
        door.access.spaces["8"].rooms["71"] = {};
        CHECK(door.says(mentioned(in_space("8", "70", "5"))) == "room_not_listed");
        CHECK(door.says(mentioned(in_space("8", "71", "5"))) == "admit");
        door.access.spaces["8"].rooms["71"].enabled = false;
        CHECK(door.says(mentioned(in_space("8", "71", "5"))) == "room_switched_off");
        door.access.spaces["*"] = {};
        CHECK(door.says(mentioned(in_space("9", "70", "5"))) == "admit");
        door.access.group_policy = GroupPolicy::disabled;
        CHECK(door.says(mentioned(in_space("9", "70", "5"))) == "group_disabled");
    }
    TEST_CASE("who may speak in a space: people or roles, of the nearest place that names any") {
        Door door;
        auto& space = door.access.spaces["8"];
        space.allow_from = {"1"};
        space.roles = {"50"};
        auto stranger = mentioned(in_space("8", "70", "5"));
        CHECK(door.says(stranger) == "group_sender_not_allowed");
        CHECK(door.says(mentioned(in_space("8", "70", "1"))) == "admit");
        stranger.sender_roles = {"49", "50"};
        CHECK(door.says(stranger) == "admit");
        space.rooms["70"].allow_from = {"2"};
        CHECK(door.says(stranger) == "group_sender_not_allowed");
        CHECK(door.says(mentioned(in_space("8", "70", "2"))) == "admit");
        stranger.thread_id = "700";
        space.rooms["700"].roles = {"50"};
        CHECK(door.says(stranger) == "admit");
    }
    TEST_CASE("the mention gate of a space: thread over room over space") {
        Door door;
        auto& space = door.access.spaces["8"];
        space.require_mention = false;
        space.rooms["70"].require_mention = true;
        space.rooms["*"] = {};
        CHECK(door.says(in_space("8", "71", "5")) == "admit");
        CHECK(door.says(in_space("8", "70", "5")) == "context");
        space.rooms["700"].require_mention = false;
        auto in_thread = in_space("8", "70", "5");
        in_thread.thread_id = "700";
        CHECK(door.says(in_thread) == "admit");
    }
    TEST_CASE("a group opened to all its members answers all of them") {
        Door door = group_door();
        door.access.allow_from = {"1"};
        (*door.access.groups)["-1"].group_policy = GroupPolicy::open;
        CHECK(door.says(mentioned(in_group("-1", "9"))) == "admit");
        (*door.access.groups)["-1"].topics["7"].group_policy = GroupPolicy::disabled;
        auto in_topic = mentioned(in_group("-1", "9"));
        in_topic.thread_id = "7";
        CHECK(door.says(in_topic) == "group_disabled");
    }
    TEST_CASE("a room or a topic may be switched off") {
        Door door = group_door();
        (*door.access.groups)["-1"].topics["7"].enabled = false;
        auto in_topic = mentioned(in_group("-1", "5"));
        CHECK(door.says(in_topic) == "admit");
        in_topic.thread_id = "7";
        CHECK(door.says(in_topic) == "room_switched_off");
        (*door.access.groups)["-1"].enabled = false;
        (*door.access.groups)["-1"].topics["7"].enabled = true;
        CHECK(door.says(in_topic) == "room_switched_off");
    }
    TEST_CASE("who is not mentioned is remembered and not answered") {
        Door door = group_door();
        CHECK(door.says(in_group("-1", "5")) == "context");
        for (const auto addressing : {Addressing::mention, Addressing::reply}) {
            auto facts = in_group("-1", "5");
            facts.addressing = addressing;
            CHECK(door.says(facts) == "admit");
            CHECK(door.admit(facts).was_mentioned);
        }
    }
    TEST_CASE("requireMention: topic over group over star over account") {
        Door door = group_door();
        auto in_topic = in_group("-1", "5");
        in_topic.thread_id = "7";
        door.access.require_mention = false;
        CHECK(door.says(in_topic) == "admit");
        (*door.access.groups)["*"].require_mention = true;
        CHECK(door.says(in_topic) == "context");
        (*door.access.groups)["-1"].require_mention = false;
        CHECK(door.says(in_topic) == "admit");
        CHECK_FALSE(door.admit(in_topic).was_mentioned);
        (*door.access.groups)["-1"].topics["*"].require_mention = true;
        CHECK(door.says(in_topic) == "context");
        (*door.access.groups)["-1"].topics["7"].require_mention = false;
        CHECK(door.says(in_topic) == "admit");
    }
    TEST_CASE("a command of ours is a mention, another word behind a slash is not, unless it names "
              "the bot") {
        Door door = group_door();
        auto facts = in_group("-1", "5", "/stop");
        facts.addressing = Addressing::command;
        facts.command = "stop";
        CHECK(door.says(facts) == "admit");
        facts.text = "/weather";
        facts.command = "weather";
        CHECK(door.says(facts) == "context");
        facts.text = "/weather@my_bot today";
        CHECK(door.says(facts) == "admit");
        facts.text = "/weather mail me@home";
        CHECK(door.says(facts) == "context");
    }
    TEST_CASE("a configured pattern is a mention where patterns count") {
        Door door = group_door();
        door.mentions = MentionPatterns({R"(\b@?claw\b)"});
        CHECK(door.says(in_group("-1", "5", "hey Claw, are you there?")) == "admit");
        CHECK(door.says(in_group("-1", "5", "clawless")) == "context");
        door.access.pattern_scope = {
            .mode = config::PatternScope::Mode::deny, .allow_in = {}, .deny_in = {"-1"}};
        CHECK(door.says(in_group("-1", "5", "claw?")) == "context");
    }
    TEST_CASE("bots are answered only where allowBots says so") {
        Door door = group_door();
        auto bot = mentioned(in_group("-1", "5"));
        bot.sender_is_bot = true;
        CHECK(door.says(bot) == "bot_not_allowed");
        door.access.allow_bots = config::AllowBots::mentions;
        CHECK(door.says(bot) == "admit");
        bot.addressing = Addressing::none;
        CHECK(door.says(bot) == "bot_not_allowed");
        door.access.allow_bots = config::AllowBots::yes;
        CHECK(door.says(bot) == "context");
    }
    TEST_CASE("channel posts have rooms like groups, and may have no sender") {
        Door door = group_door();
        auto post = in_group("-1", "");
        post.chat_kind = ChatKind::channel;
        CHECK(door.says(mentioned(post)) == "admit");
        door.access.group_allow_from = {"1"};
        CHECK(door.says(mentioned(post)) == "group_sender_not_allowed");
    }
    TEST_CASE("owners are who the list says, on the channel it says") {
        Door door;
        door.access.allow_from = {"*"};
        door.commands.owner_allow_from = {"telegram:1", "discord:2", "3"};
        CHECK(door.admit(direct("1")).is_owner);
        CHECK_FALSE(door.admit(direct("2")).is_owner);
        CHECK(door.admit(direct("3")).is_owner);
        CHECK_FALSE(Door().admit(direct("1")).is_owner);
    }
    TEST_CASE("commands.allowFrom, when set, is the only source of the right to command") {
        Door door;
        door.access.allow_from = {"*"};
        CHECK(door.admit(direct("9")).may_command);
        door.commands.allow_from["discord"] = {"9"};
        CHECK_FALSE(door.admit(direct("9")).may_command);
        door.commands.allow_from["*"] = {"9"};
        CHECK(door.admit(direct("9")).may_command);
        door.commands.allow_from["telegram"] = {"tg:1"};
        CHECK_FALSE(door.admit(direct("9")).may_command);
        CHECK(door.admit(direct("1")).may_command);
        door.commands.owner_allow_from = {"9"};
        CHECK(door.admit(direct("9")).may_command);
    }
    TEST_CASE("who is refused may not command and owns nothing") {
        Door door;
        door.commands.owner_allow_from = {"9"};
        const auto admission = door.admit(direct("9"));
        CHECK(admission.verdict == Verdict::pair);
        CHECK_FALSE(admission.may_command);
        CHECK_FALSE(admission.is_owner);
    }
    TEST_CASE("every reason has a word and a sentence of its own") {
        std::set<std::string_view> words;
        for (int i = 0; i <= static_cast<int>(Reason::sender_unknown); ++i) {
            words.insert(word(static_cast<Reason>(i)));
            CHECK_FALSE(sentence(static_cast<Reason>(i)).empty());
        }
        CHECK(words.size() == static_cast<std::size_t>(Reason::sender_unknown) + 1);
    }
    TEST_CASE(
        "no combination of settings lets a stranger in who is on no list and in no open room") {
        unsigned state = 7;
        const auto coin = [&](unsigned sides) {
            return (state = state * 1'103'515'245 + 12'345) / 65'536 % sides;
        };
        for (int round = 0; round < 20'000; ++round) {
            Door door;
            door.access.dm_policy = static_cast<DmPolicy>(coin(4));
            door.access.group_policy =
                coin(2) == 0 ? GroupPolicy::allowlist : GroupPolicy::disabled;
            if (coin(2) == 0) door.access.allow_from = {"1"};
            if (coin(2) == 0) door.access.group_allow_from = {"2"};
            if (coin(2) == 0) {
                auto& group =
                    (*(door.access.groups =
                           std::map<std::string, config::GroupRules>{}))[coin(2) == 0 ? "*" : "-1"];
                group.allow_from = {"3"};
                if (coin(2) == 0) group.require_mention = false;
                if (coin(2) == 0) group.topics["*"].enabled = true;
            }
            auto facts = coin(2) == 0 ? direct("666") : in_group("-1", "666");
            if (coin(2) == 0) facts.thread_id = "7";
            if (coin(2) == 0) facts = mentioned(facts);
            facts.addressing = static_cast<Addressing>(coin(4));
            REQUIRE(door.admit(facts).verdict != Verdict::admit);
        }
    }
}
