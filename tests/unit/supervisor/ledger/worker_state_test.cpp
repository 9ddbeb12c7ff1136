#include "supervisor/ledger/boots.h"
#include "supervisor/ledger/worker_state.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a worker's state is there in its next life, bytes and all, and apart from others") {
        Fixture it;
        const std::string bytes("\0\xFF offset", 9);
        it.ledger->store->note(
            it.ledger->worker_state.put("telegram:default", "offset", bytes).value());
        it.ledger->store->note(
            it.ledger->worker_state.put("telegram:second", "offset", "2").value());
        CHECK(it.ledger->worker_state.of("telegram:default").at("offset") == bytes); // at once
        it.reopen();
        CHECK(it.ledger->worker_state.of("telegram:default").at("offset") == bytes);
        CHECK(it.ledger->worker_state.of("telegram:second").at("offset") == "2");
        CHECK(it.ledger->worker_state.of("unheard of").empty());
    }
    TEST_CASE("the last value wins, an empty one removes the key, and all can be forgotten") {
        Fixture it;
        auto& state = it.ledger->worker_state;
        REQUIRE(it.keep(state.put("w", "a", "1").value(), state.put("w", "a", "2").value(),
                        state.put("w", "b", "3").value(), state.put("w", "b", "").value(),
                        state.put("x", "c", "4").value()));
        it.reopen();
        CHECK(it.ledger->worker_state.of("w") == WorkerState::Entries{{"a", "2"}});
        REQUIRE(it.keep(it.ledger->worker_state.forget("w")));
        it.reopen();
        CHECK(it.ledger->worker_state.of("w").empty());
        CHECK(it.ledger->worker_state.of("x").size() == 1);
    }
    TEST_CASE("a worker cannot fill the ledger") {
        Fixture it;
        auto& state = it.ledger->worker_state;
        CHECK_FALSE(state.put("w", "", "1"));
        CHECK_FALSE(state.put("w", std::string(257, 'k'), "1"));
        CHECK_FALSE(state.put("w", "k", std::string(WorkerState::max_value_bytes + 1, 'v')));
        for (std::size_t i = 0; i < WorkerState::max_keys; ++i)
            REQUIRE(state.put("w", "k" + std::to_string(i), "1"));
        const auto one_more = state.put("w", "one more", "1");
        REQUIRE_FALSE(one_more);
        CHECK(one_more.error().code == Code::invalid);
        CHECK(state.put("w", "k0", "2")); // a known key may change
        CHECK(state.of("w").size() == WorkerState::max_keys);
    }
    TEST_CASE("a clean end and a crash are told apart, and only recent ones count") {
        Fixture it;
        CHECK(it.ledger->boots.earlier().empty());
        it.reopen();
        REQUIRE(it.ledger->boots.earlier().size() == 1);
        CHECK_FALSE(it.ledger->boots.earlier()[0].is_unclean());
        CHECK(it.ledger->boots.earlier()[0].build == "test");
        CHECK(it.ledger->boots.earlier()[0].pid == getpid());
        CHECK(it.ledger->boots.unclean_within(std::chrono::minutes(5)) == 0);
        it.crash();
        it.clock.advance(std::chrono::minutes(4));
        it.crash();
        CHECK(it.ledger->boots.unclean_within(std::chrono::minutes(5)) == 2);
        it.crash();
        CHECK(it.ledger->boots.unclean_within(std::chrono::minutes(5)) == 3);
        it.clock.advance(std::chrono::minutes(2));
        CHECK(it.ledger->boots.unclean_within(std::chrono::minutes(5)) == 1);
        it.clock.advance(std::chrono::hours(25));
        it.reopen();
        CHECK(it.ledger->boots.earlier().empty()); // older than a day: not kept
    }
    TEST_CASE(
        "a life that ended with the machine is told from one that was killed, however long it "
        "had lasted") {
        Fixture it;
        it.crash();
        CHECK_FALSE(it.ledger->boots.machine_went_down());
        it.clock.advance(std::chrono::hours(400));
        it.machine_boot = "second";
        it.crash();
        CHECK(it.ledger->boots.machine_went_down());
        it.machine_boot = "third";
        it.reopen(); // it said goodbye before the machine went
        CHECK_FALSE(it.ledger->boots.machine_went_down());
    }
}
