#include "supervisor/former_builds.h"

#include <doctest/doctest.h>

#include <set>

using namespace openclaw;
using process::State;
using process::WorkerView;

namespace {

WorkerView worker(std::string id, std::string build, std::uint64_t generation = 1,
                  State state = State::ready) {
    WorkerView view;
    view.id = std::move(id);
    view.build_id = std::move(build);
    view.generation = generation;
    view.state = state;
    return view;
}

// As of `said`; everybody is ready since 0.
WorkerView egress(std::string build, Milliseconds said = std::chrono::seconds(5)) {
    auto view = worker("egress", std::move(build));
    view.health = process::Health{.at = Instant{} + said};
    return view;
}

struct Choosing {
    FormerBuilds former{"new"};
    std::set<std::string> busy;

    FormerBuilds::Choice operator()(const std::vector<WorkerView>& workers) {
        return former.choose(workers, [this](const auto& one) { return !busy.contains(one.id); });
    }
};

} // namespace

TEST_SUITE("supervisor/continuity") {
    TEST_CASE("workers of our build are nobody's concern") {
        Choosing choose;
        const std::vector workers{worker("telegram:default", "new"), worker("egress", "new")};
        CHECK(!choose.former.is_among(workers));
        const auto choice = choose(workers);
        CHECK(choice.next == nullptr);
        CHECK(choice.is_over);
        CHECK(!choice.must_look_again);
    }

    TEST_CASE("former builds are replaced one at a time, egress last") {
        Choosing choose;
        std::vector workers{egress("old"), worker("telegram:default", "old"),
                            worker("agent", "old")};
        CHECK(choose.former.is_among(workers));
        const auto first = choose(workers);
        REQUIRE(first.next != nullptr);
        CHECK(first.next->id != "egress");
        const bool was_agent = first.next->id == "agent";
        auto& replaced = was_agent ? workers[2] : workers[1];
        auto& other = was_agent ? workers[1] : workers[2];
        replaced = worker(replaced.id, "", 2, State::starting);
        CHECK(choose(workers).next == nullptr); // one is on its way
        CHECK(choose(workers).must_look_again);
        replaced = worker(replaced.id, "new", 2);
        CHECK(choose(workers).next == &other);
        other = worker(other.id, "new", 2);
        CHECK(choose(workers).next == &workers[0]);
        workers[0] = worker("egress", "new", 2);
        CHECK(choose(workers).is_over);
    }

    TEST_CASE("a worker with work in hand is looked at again; the others need not wait for it") {
        Choosing choose;
        choose.busy = {"agent"};
        std::vector workers{worker("agent", "old"), worker("telegram:default", "old")};
        CHECK(choose(workers).next == &workers[1]);
        workers[1] = worker("telegram:default", "new", 2);
        const auto choice = choose(workers);
        CHECK(choice.next == nullptr);
        CHECK(choice.must_look_again);
        CHECK(!choice.is_over);
        choose.busy.clear();
        CHECK(choose(workers).next == &workers[0]);
    }

    TEST_CASE("a worker that comes back with another build is told once and never tried again") {
        Choosing choose;
        std::vector workers{worker("telegram:default", "old")};
        CHECK(choose(workers).next == &workers[0]);
        CHECK(choose(workers).in_vain.empty()); // its end has not begun
        workers[0] = worker("telegram:default", "", 2, State::starting);
        CHECK(choose(workers).must_look_again);
        workers[0] = worker("telegram:default", "old", 2);
        const auto choice = choose(workers);
        CHECK(choice.in_vain == std::vector<const WorkerView*>{&workers[0]});
        CHECK(choice.next == nullptr);
        CHECK(!choice.must_look_again);
        CHECK(choice.is_over);
        workers[0].generation = 3;
        CHECK(choose(workers).in_vain.empty());
        CHECK(choose(workers).next == nullptr);
    }

    TEST_CASE("egress in use is told once and not waited for with looks; idle, it is replaced") {
        Choosing choose;
        choose.busy = {"egress"};
        std::vector workers{egress("old"), worker("telegram:default", "new")};
        const auto choice = choose(workers);
        CHECK(choice.next == nullptr);
        CHECK(choice.carrier == &workers[0]);
        CHECK(!choice.must_look_again);
        CHECK(!choice.is_over);
        CHECK(choose(workers).carrier == nullptr);
        choose.busy.clear();
        CHECK(choose(workers).next == &workers[0]);
    }

    TEST_CASE("egress is not believed to be idle by what it said before the others had dialled") {
        Choosing choose;
        std::vector workers{egress("old"), worker("telegram:default", "new", 2)};
        workers[1].since = Instant{} + std::chrono::seconds(4) + Milliseconds(1);
        const auto choice = choose(workers);
        CHECK(choice.next == nullptr);
        CHECK(choice.carrier == nullptr);
        CHECK(choice.must_look_again);
        CHECK(!choice.is_over);
        workers[0].health.reset(); // adopted a moment ago
        CHECK(choose(workers).must_look_again);
        workers[0] = egress("old", std::chrono::seconds(10));
        CHECK(choose(workers).next == &workers[0]);
    }
}
