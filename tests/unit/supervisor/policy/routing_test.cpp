#include "supervisor/policy/routing.h"
#include "tests/unit/supervisor/policy/scene.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::policy;
using config::Binding;
using Kind = Binding::PeerKind;

namespace {

config::Agents agents_of(std::initializer_list<const char*> ids, std::string default_id = "main") {
    config::Agents agents;
    for (const char* id : ids)
        agents.entries[id].id = id;
    agents.default_id = std::move(default_id);
    return agents;
}

Binding binding(std::string agent, std::string account = "") {
    Binding made;
    made.agent_id = std::move(agent);
    made.channel = "telegram";
    made.account_id = std::move(account);
    return made;
}

std::string routed(const Facts& facts, const std::vector<Binding>& bindings,
                   const config::Agents& agents, std::string_view room_agent = "") {
    const auto found = route(facts, room_agent, bindings, agents);
    return found ? found->agent_id + " by " + std::string(found->matched)
                 : "error: " + found.error().sentence;
}

} // namespace

TEST_SUITE("supervisor/policy") {
    TEST_CASE("the documented order, each tier taken away in turn") {
        const auto agents = agents_of({"main", "peer", "parent", "any", "role", "guild", "team",
                                       "account", "channel", "topic"});
        Facts facts = in_group("-1", "5");
        facts.parent_chat_id = "-0";
        facts.guild_id = "g";
        facts.team_id = "t";
        facts.sender_roles = {"admin"};
        std::vector<Binding> bindings(8, binding("x"));
        bindings[7] = binding("peer"), bindings[7].peer_kind = Kind::group,
        bindings[7].peer_id = "-1";
        bindings[6] = binding("parent"), bindings[6].peer_id = "-0";
        bindings[5] = binding("any"), bindings[5].peer_kind = Kind::group,
        bindings[5].peer_id = "*";
        bindings[4] = binding("role"), bindings[4].guild_id = "g", bindings[4].roles = {"admin"};
        bindings[3] = binding("guild"), bindings[3].guild_id = "g";
        bindings[2] = binding("team"), bindings[2].team_id = "t";
        bindings[1] = binding("account");
        bindings[0] = binding("channel", "*");
        CHECK(routed(facts, bindings, agents, "topic") == "topic by topic");
        for (const char* expected :
             {"peer by peer", "parent by parent", "any by any_peer", "role by guild_role",
              "guild by guild", "team by team", "account by account", "channel by channel"}) {
            CHECK(routed(facts, bindings, agents) == expected);
            bindings.pop_back();
        }
        CHECK(routed(facts, bindings, agents) == "main by default");
    }
    TEST_CASE("within a tier the first row wins") {
        CHECK(routed(direct("5"), {binding("a"), binding("b")}, agents_of({"a", "b"})) ==
              "a by account");
    }
    TEST_CASE("a row without an account is for the default account only") {
        auto facts = direct("5");
        facts.account = "alerts";
        const auto agents = agents_of({"main", "a"});
        CHECK(routed(facts, {binding("a")}, agents) == "main by default");
        CHECK(routed(facts, {binding("a", "alerts")}, agents) == "a by account");
        CHECK(routed(facts, {binding("a", "*")}, agents) == "a by channel");
    }
    TEST_CASE(
        "peers are people in direct conversations, rooms elsewhere, topics by their full name") {
        const auto agents = agents_of({"main", "a"});
        auto peer = binding("a");
        peer.peer_kind = Kind::direct;
        peer.peer_id = "5";
        CHECK(routed(direct("5"), {peer}, agents) == "a by peer");
        CHECK(routed(in_group("5", "5"), {peer}, agents) == "main by default");
        peer.peer_kind = Kind::any;
        peer.peer_id = "-1:topic:7";
        auto facts = in_group("-1", "5");
        CHECK(routed(facts, {peer}, agents) == "main by default");
        facts.thread_id = "7";
        CHECK(routed(facts, {peer}, agents) == "a by peer");
    }
    TEST_CASE("another channel's rows do not concern us") {
        auto other = binding("a", "*");
        other.channel = "discord";
        CHECK(routed(direct("5"), {other}, agents_of({"main", "a"})) == "main by default");
    }
    TEST_CASE("a binding may change the scopes") {
        auto scoped = binding("a");
        scoped.dm_scope = config::DmScope::per_peer;
        const auto found = route(direct("5"), "", std::vector{scoped}, agents_of({"a"}));
        REQUIRE(found);
        CHECK(found->dm_scope == config::DmScope::per_peer);
        CHECK_FALSE(found->group_scope);
    }
    TEST_CASE("without a match, a fleet without a default answers nobody; neither does an agent "
              "that is gone") {
        auto agents = agents_of({"a", "b"}, "");
        CHECK(routed(direct("5"), {}, agents).starts_with("error: no binding"));
        agents.default_id = "a";
        agents.answers_unbound = false;
        CHECK(routed(direct("5"), {}, agents).starts_with("error: no binding"));
        CHECK(routed(direct("5"), {binding("b")}, agents) == "b by account");
        CHECK(routed(direct("5"), {binding("gone")}, agents) ==
              "error: Agent \"gone\" no longer exists in configuration");
    }
}
