#include "supervisor/ledger/sessions.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

Session some_session(const std::string& key = "agent:main:main") {
    Session session;
    session.key = key;
    session.agent_id = "main";
    session.session_id = "id-of-" + key;
    session.chat_kind = ChatKind::direct;
    session.label = "renamed";
    session.display_name = "Ada";
    session.last_route = {"telegram", "default", {"5001", "3", ChatKind::direct}};
    session.provider = "fake";
    session.model = "fake-1";
    session.input_tokens = 11;
    session.output_tokens = 12;
    session.total_tokens = 23;
    session.last_run_id = "run-1";
    session.last_run_status = "done";
    session.run_started_at_ms = 100;
    session.run_ended_at_ms = 200;
    session.aborted_last_run = true;
    session.settings.model = "x";
    session.settings.branches.push_back({"sid-0", "row-9", "another way", 9, 140});
    session.settings.checkpoints.push_back(
        {"cp-1", "sid-0", "row-9", "sid-1", "row-7", 9, 141, 77});
    session.last_interaction_at_ms = 150;
    return session;
}

std::vector<std::string> session_ids(Fixture& it, const std::string& key) {
    return wait_for<Result<std::vector<std::string>>>(
               it.loop, [&](auto done) { it.ledger->sessions.session_ids(key, std::move(done)); })
        .value();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a session is in memory at once and on disk with its unit, field by field") {
        Fixture it;
        auto write = it.ledger->sessions.put(some_session());
        REQUIRE(it.ledger->sessions.find("agent:main:main") != nullptr);
        REQUIRE(it.keep(std::move(write)));
        it.crash();
        REQUIRE(it.ledger->sessions.size() == 1);
        const auto& found = *it.ledger->sessions.find("agent:main:main");
        const auto wanted = some_session();
        CHECK(found.agent_id == wanted.agent_id);
        CHECK(found.session_id == wanted.session_id);
        CHECK(found.chat_kind == wanted.chat_kind);
        CHECK(found.label == wanted.label);
        CHECK(found.display_name == wanted.display_name);
        CHECK(found.last_route == wanted.last_route);
        CHECK(found.provider == wanted.provider);
        CHECK(found.model == wanted.model);
        CHECK(found.input_tokens == wanted.input_tokens);
        CHECK(found.output_tokens == wanted.output_tokens);
        CHECK(found.total_tokens == wanted.total_tokens);
        CHECK(found.last_run_id == wanted.last_run_id);
        CHECK(found.last_run_status == wanted.last_run_status);
        CHECK(found.run_started_at_ms == wanted.run_started_at_ms);
        CHECK(found.run_ended_at_ms == wanted.run_ended_at_ms);
        CHECK(found.aborted_last_run == wanted.aborted_last_run);
        CHECK(found.settings == wanted.settings);
        CHECK(found.last_interaction_at_ms == wanted.last_interaction_at_ms);
        CHECK(found.created_at_ms == it.clock.unix_ms());
        CHECK(found.session_started_at_ms == it.clock.unix_ms());
        CHECK(found.updated_at_ms == it.clock.unix_ms());
    }
    TEST_CASE("putting a session again replaces all but the moment it was created") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->sessions.put(some_session())));
        const auto created = it.clock.unix_ms();
        it.clock.advance(Milliseconds(1000));
        auto changed = *it.ledger->sessions.find("agent:main:main");
        changed.label = "other";
        changed.total_tokens = 99;
        REQUIRE(it.keep(it.ledger->sessions.put(changed)));
        it.reopen();
        const auto& found = *it.ledger->sessions.find("agent:main:main");
        CHECK(found.label == "other");
        CHECK(found.total_tokens == 99);
        CHECK(found.created_at_ms == created);
        CHECK(found.updated_at_ms == created + 1000);
    }
    TEST_CASE("sessions are listed by their last change") {
        Fixture it;
        for (const char* key : {"b", "a", "c"}) {
            REQUIRE(it.keep(it.ledger->sessions.put(some_session(key))));
            it.clock.advance(Milliseconds(1));
        }
        REQUIRE(it.keep(it.ledger->sessions.put(some_session("b"))));
        std::string order;
        for (const auto* session : it.ledger->sessions.list())
            order += session->key;
        CHECK(order == "bca");
    }
    TEST_CASE("a reset makes a new session id, clears the marks of the last run and remembers the "
              "old id") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->sessions.put(some_session())));
        it.clock.advance(Milliseconds(10));
        const auto fresh = reborn(*it.ledger->sessions.find("agent:main:main"), it.clock.unix_ms());
        CHECK(fresh.session_id.size() == 36);
        CHECK(fresh.total_tokens == 0);
        CHECK(fresh.last_run_id.empty());
        CHECK_FALSE(fresh.aborted_last_run);
        CHECK(fresh.settings.model == some_session().settings.model);
        CHECK(fresh.settings.branches.empty()); // they lead back to what was left behind
        CHECK(fresh.settings.checkpoints.empty());
        CHECK(fresh.session_started_at_ms == it.clock.unix_ms());
        REQUIRE(it.keep(it.ledger->sessions.put(fresh)));
        CHECK(session_ids(it, "agent:main:main") ==
              std::vector{fresh.session_id, some_session().session_id});
        CHECK(session_ids(it, "agent:main:other").empty());
    }
    TEST_CASE("labels are cut at their bound without breaking a letter") {
        Fixture it;
        auto session = some_session();
        session.label = std::string(511, 'x') + "ä";
        REQUIRE(it.keep(it.ledger->sessions.put(session)));
        CHECK(it.ledger->sessions.find(session.key)->label == std::string(511, 'x'));
    }
    TEST_CASE("settings above their bound fail the unit and change nothing") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->sessions.put(some_session())));
        auto session = some_session();
        session.settings.icon = std::string(17'000, 'x');
        const auto refused = it.keep(it.ledger->sessions.put(session));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::invalid);
        CHECK(it.ledger->sessions.find(session.key)->settings == some_session().settings);
    }
    TEST_CASE("an erased session is gone from memory and disk") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->sessions.put(some_session())));
        REQUIRE(it.keep(it.ledger->sessions.erase("agent:main:main")));
        CHECK(it.ledger->sessions.find("agent:main:main") == nullptr);
        it.reopen();
        CHECK(it.ledger->sessions.size() == 0);
    }
}
