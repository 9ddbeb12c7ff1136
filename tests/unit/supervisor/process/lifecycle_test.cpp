#include "supervisor/process/lifecycle.h"

#include <doctest/doctest.h>

using namespace openclaw::process;

TEST_SUITE("process/lifecycle") {
    TEST_CASE("only a table cell that spawns leads into starting, and every spawn does") {
        for (std::size_t s = 0; s < state_count; ++s)
            for (std::size_t e = 0; e < event_count; ++e) {
                const Cell what = cell(static_cast<State>(s), static_cast<Event>(e));
                const bool begins =
                    what.next == State::starting && static_cast<State>(s) != State::starting;
                CHECK(begins == (what.action == Action::spawn));
            }
    }
    TEST_CASE("what changes nothing stays in its state, and every death is judged") {
        for (std::size_t s = 0; s < state_count; ++s)
            for (std::size_t e = 0; e < event_count; ++e) {
                const auto state = static_cast<State>(s);
                const Cell what = cell(state, static_cast<Event>(e));
                if (what.action == Action::ignore || what.action == Action::report)
                    CHECK(what.next == state);
                CHECK((what.action == Action::bury) == !what.next.has_value());
            }
    }
    TEST_CASE("a state with a process can always be left by the death of the process") {
        for (const State state : {State::starting, State::ready, State::draining, State::stopping})
            CHECK(cell(state, Event::exited).action == Action::bury);
    }
    TEST_CASE("no event but a death takes a stopping worker out of stopping") {
        for (std::size_t e = 0; e < event_count; ++e)
            if (static_cast<Event>(e) != Event::exited)
                CHECK(cell(State::stopping, static_cast<Event>(e)).next == State::stopping);
    }
    TEST_CASE("the life of a worker that is configured, serves, is replaced and serves again") {
        State state = State::down;
        const auto step = [&](Event event) {
            const Cell what = cell(state, event);
            state = what.next.value_or(State::backoff);
            return what.action;
        };
        CHECK(step(Event::want_up) == Action::spawn);
        CHECK(step(Event::hello) == Action::configure);
        CHECK(step(Event::ready) == Action::serve);
        CHECK(step(Event::spec_changed) == Action::drain);
        CHECK(step(Event::exited) == Action::bury);
        CHECK(step(Event::deadline) == Action::spawn);
        CHECK(state == State::starting);
    }
}
