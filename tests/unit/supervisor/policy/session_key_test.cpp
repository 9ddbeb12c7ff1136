#include "supervisor/policy/session_key.h"
#include "tests/unit/supervisor/policy/scene.h"

#include <doctest/doctest.h>

#include <random>

using namespace openclaw;
using namespace openclaw::policy;
using config::DmScope;
using config::GroupScope;

namespace {

std::string key(const Facts& facts, const config::Session& session = {},
                const Route& route = {
                    .agent_id = "main", .matched = {}, .dm_scope = {}, .group_scope = {}}) {
    return session_key(facts, route, session);
}

std::string canonical(std::string_view written) {
    const auto found = canonical_session_key(written, "main");
    return found ? *found : "error";
}

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("direct conversations, in every scope") {
        config::Session session;
        CHECK(key(direct("5001"), session) == "agent:main:main");
        session.dm_scope = DmScope::per_peer;
        CHECK(key(direct("5001"), session) == "agent:main:direct:5001");
        session.dm_scope = DmScope::per_channel_peer;
        CHECK(key(direct("5001"), session) == "agent:main:telegram:direct:5001");
        session.dm_scope = DmScope::per_account_channel_peer;
        CHECK(key(direct("5001"), session) == "agent:main:telegram:default:direct:5001");
        auto in_topic = direct("5001");
        in_topic.thread_id = "7";
        CHECK(key(in_topic, session) == "agent:main:telegram:default:direct:5001:topic:7");
    }
    TEST_CASE("groups, topics, channels and threads") {
        auto facts = in_group("-100", "5");
        CHECK(key(facts) == "agent:main:telegram:group:-100");
        facts.thread_id = "7";
        CHECK(key(facts) == "agent:main:telegram:group:-100:topic:7");
        facts.chat_kind = ChatKind::channel;
        CHECK(key(facts) == "agent:main:telegram:channel:-100:thread:7");
    }
    TEST_CASE("scopes of the session and of the binding") {
        config::Session session;
        session.group_scope = GroupScope::main;
        CHECK(key(in_group("-100", "5"), session) == "agent:main:main");
        CHECK(key(in_group("-100", "5"), session,
                  {.agent_id = "work",
                   .matched = {},
                   .dm_scope = {},
                   .group_scope = GroupScope::per_group}) == "agent:work:telegram:group:-100");
        CHECK(key(direct("5"), session,
                  {.agent_id = "work",
                   .matched = {},
                   .dm_scope = DmScope::per_peer,
                   .group_scope = {}}) == "agent:work:direct:5");
        session.scope = config::Session::Scope::global;
        CHECK(key(direct("5"), session) == "global");
    }
    TEST_CASE("one person's ids are one person") {
        config::Session session;
        session.dm_scope = DmScope::per_peer;
        session.identity_links["alice"] = {"telegram:5001", "discord:17"};
        CHECK(key(direct("5001"), session) == "agent:main:direct:alice");
        CHECK(key(direct("17"), session) == "agent:main:direct:17");
    }
    TEST_CASE("what clients write becomes canonical") {
        CHECK(canonical("") == "agent:main:main");
        CHECK(canonical(" main ") == "agent:main:main");
        CHECK(canonical("agent:Main:main") == "agent:main:main");
        CHECK(canonical("agent:work:Telegram:group:-1") == "agent:work:Telegram:group:-1");
        CHECK(canonical("project-x") == "agent:main:project-x");
        CHECK(canonical("telegram:direct:5") == "agent:main:telegram:direct:5");
        CHECK(canonical("global") == "global");
        CHECK(canonical("unknown") == "unknown");
        for (const char* bad :
             {"agent:", "agent::x", "agent:main", "agent:main:", "a b", "a\nb", "a\x7F"})
            CHECK_MESSAGE(canonical(bad) == "error", bad);
        CHECK(canonical(std::string(513, 'x')) == "error");
        CHECK_FALSE(canonical_session_key("main", ""));
        CHECK(canonical_session_key("agent:a:main", "").value() == "agent:a:main");
    }
    TEST_CASE("a key of an agent that is not configured is refused in the original's words") {
        config::Agents agents;
        agents.entries["main"].id = "main";
        CHECK(configured_session_key("main", agents).value() == "agent:main:main");
        CHECK(configured_session_key("agent:nope:x", agents).error().sentence ==
              "Agent \"nope\" no longer exists in configuration");
        CHECK(configured_session_key("global", agents).value() == "global");
    }
    TEST_CASE("every form is read into its parts, with a label and a kind") {
        struct Row {
            const char *key, *kind, *channel, *account, *peer, *thread, *label, *listed;
        };

        for (const Row& row : {
                 Row{"agent:main:main", "main", "", "", "", "", "Main", "direct"},
                 Row{"agent:main:main:topic:7", "main", "", "", "", "topic 7", "Main · topic 7",
                     "direct"},
                 Row{"agent:main:direct:5001", "direct", "", "", "5001", "", "Direct · 5001",
                     "direct"},
                 Row{"agent:main:telegram:direct:5001", "direct", "telegram", "", "5001", "",
                     "Telegram · 5001", "direct"},
                 Row{"agent:main:telegram:default:direct:5001", "direct", "telegram", "default",
                     "5001", "", "Telegram · 5001", "direct"},
                 Row{"agent:main:telegram:alerts:direct:5:topic:7", "direct", "telegram", "alerts",
                     "5", "topic 7", "Telegram (alerts) · 5 · topic 7", "direct"},
                 Row{"agent:main:telegram:group:-100:topic:7", "group", "telegram", "", "-100",
                     "topic 7", "Telegram group -100 · topic 7", "group"},
                 Row{"agent:main:discord:channel:5:thread:6", "channel", "discord", "", "5",
                     "thread 6", "Discord channel 5 · thread 6", "group"},
                 Row{"agent:main:matrix:direct:@a:server.org", "direct", "matrix", "",
                     "@a:server.org", "", "Matrix · @a:server.org", "direct"},
                 Row{"agent:main:cron:job:run:u", "cron", "", "", "", "", "cron:job:run:u", "cron"},
                 Row{"agent:main:openai:u", "http", "", "", "", "", "openai:u", "direct"},
                 Row{"agent:main:openresponses:u", "http", "", "", "", "", "openresponses:u",
                     "direct"},
                 Row{"agent:main:dashboard:u", "dashboard", "", "", "", "", "dashboard:u",
                     "direct"},
                 Row{"agent:main:subagent:u", "subagent", "", "", "", "", "subagent:u", "direct"},
                 Row{"agent:main:hook:u", "hook", "", "", "", "", "hook:u", "direct"},
                 Row{"agent:main:discord:slash:5", "other", "", "", "", "", "discord:slash:5",
                     "direct"},
                 Row{"agent:main:cron", "other", "", "", "", "", "cron", "direct"},
                 Row{"global", "global", "", "", "", "", "Global", "global"},
                 Row{"unknown", "unknown", "", "", "", "", "Unknown", "unknown"},
             }) {
            CAPTURE(row.key);
            const auto parts = read_session_key(row.key);
            REQUIRE(parts);
            CHECK(word(parts->kind) == row.kind);
            CHECK(parts->channel == row.channel);
            CHECK(parts->account == row.account);
            CHECK(parts->peer_id == row.peer);
            CHECK((parts->thread_id.empty() ? "" : parts->thread_word + " " + parts->thread_id) ==
                  row.thread);
            CHECK(session_label(*parts) == row.label);
            CHECK(session_list_kind(*parts) == row.listed);
        }
        for (const char* bad : {"", "main", "agent:", "agent:x", "agent::y", "agent:x:"})
            CHECK_FALSE(read_session_key(bad));
    }
    TEST_CASE("namespaces of ours are closed to callers over HTTP") {
        for (const char* ours : {"agent:main:cron:x", "agent:main:subagent:x", "agent:main:acp:x"})
            CHECK(is_reserved_for_us(*read_session_key(ours)));
        for (const char* theirs : {"agent:main:main", "agent:main:openai:x", "agent:main:cronjob"})
            CHECK_FALSE(is_reserved_for_us(*read_session_key(theirs)));
    }
    TEST_CASE("what is made is read back as it was meant, whatever the ids") {
        std::mt19937 random(5);
        const std::string ids[] = {"5001",  "-1001234567890",   "123@g.us", "@ann:server.org",
                                   "a-b_c", "120363@newsletter"};
        for (int round = 0; round < 3'000; ++round) {
            Facts facts;
            facts.channel = round % 2 == 0 ? "telegram" : "whatsapp";
            facts.account = round % 3 == 0 ? "default" : "alerts";
            facts.chat_kind = static_cast<ChatKind>(random() % 3);
            facts.chat_id = ids[random() % 6];
            facts.sender_id = ids[random() % 6];
            if (random() % 2 == 0) facts.thread_id = std::to_string(random() % 100);
            config::Session session;
            session.dm_scope = static_cast<DmScope>(random() % 4);
            const std::string made = key(facts, session);
            CHECK(canonical(made) == made);
            const auto parts = read_session_key(made);
            REQUIRE(parts);
            CHECK(parts->thread_id == facts.thread_id);
            CHECK(agent_of(made) == "main");
            const bool is_direct = facts.chat_kind == ChatKind::direct;
            if (!is_direct || session.dm_scope != DmScope::main)
                CHECK(parts->peer_id == (is_direct ? facts.sender_id : facts.chat_id));
        }
    }
}
