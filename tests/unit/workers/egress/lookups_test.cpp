// Who waits for whose name. The resolver is the test's: it answers when it is told to.
#include "common/loop/timer.h"
#include "workers/egress/lookups.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace openclaw;
using namespace openclaw::egress;
using namespace std::chrono_literals;

namespace {

using Addresses = std::vector<Address>;

struct Resolver {
    struct Held final : Lookups::Running {
        Held(Resolver& of, std::string name)
            : resolver(of)
            , host(std::move(name)) {}

        ~Held() override { resolver.asked.erase(host); }

        Resolver& resolver;
        std::string host;
    };

    ManualClock clock;
    std::map<std::string, Lookups::Done> asked; // now
    std::vector<std::string> begun;             // ever
    Lookups lookups{clock, [this](const std::string& host, Lookups::Done done) {
                        begun.push_back(host);
                        asked[host] = std::move(done);
                        return std::make_unique<Held>(*this, host);
                    }};

    void answer(const std::string& host, Result<Addresses> found) {
        auto done = std::move(asked.at(host));
        done(std::move(found));
    }

    bool has_begun(const std::string& host) const {
        return std::ranges::find(begun, host) != begun.end();
    }
};

struct Asker {
    Resolver& resolver;
    std::vector<std::unique_ptr<Lookups::Question>> questions{};
    std::vector<std::string> told{}; // "name address", "name failed"

    void ask(std::uint32_t slot, const std::string& host) {
        questions.push_back(resolver.lookups.ask(slot, host, [this, host](Result<Addresses> found) {
            told.push_back(host + " " + (found ? found->front().text() : "failed"));
        }));
    }
};

const Addresses somewhere{*parse_address("192.0.2.7")};

} // namespace

TEST_SUITE("workers/egress") {
    TEST_CASE("names that nobody answers for hold up their own worker only") {
        Resolver resolver;
        Asker asker{resolver};
        for (const char* name : {"a.black", "b.black", "c.black"})
            asker.ask(1, name);
        CHECK(resolver.begun == std::vector<std::string>{"a.black", "b.black"});
        asker.ask(2, "good.example");
        CHECK(resolver.has_begun("good.example"));
        resolver.answer("good.example", somewhere);
        CHECK(asker.told == std::vector<std::string>{"good.example 192.0.2.7"});
        CHECK_FALSE(resolver.has_begun("c.black"));
        resolver.answer("a.black", fail(Code::unavailable, "no answer"));
        CHECK(resolver.has_begun("c.black"));
    }

    TEST_CASE("when every thread is busy the lines are served in turn") {
        Resolver resolver;
        Asker asker{resolver};
        for (std::uint32_t slot = 1; slot <= 4; ++slot)
            for (int name = 0; name < 100; ++name)
                asker.ask(slot, std::to_string(name) + "." + std::to_string(slot));
        REQUIRE(resolver.asked.size() == Lookups::at_once);
        asker.ask(5, "late.5");
        asker.ask(6, "late.6");
        CHECK_FALSE(resolver.has_begun("late.5"));
        resolver.answer("0.1", somewhere);
        CHECK(resolver.has_begun("late.5")); // and not the next of a hundred
        resolver.answer("0.2", somewhere);
        CHECK(resolver.has_begun("late.6"));
        resolver.answer("1.1", somewhere);
        CHECK(resolver.has_begun("2.1"));
        CHECK(resolver.asked.size() == Lookups::at_once);
    }

    TEST_CASE("one lookup answers everybody who waits for its name") {
        Resolver resolver;
        Asker asker{resolver};
        asker.ask(1, "a.black");
        asker.ask(1, "b.black");
        asker.ask(1, "shared.example"); // in line
        asker.ask(2, "shared.example");
        asker.ask(3, "shared.example");
        resolver.answer("shared.example", somewhere);
        CHECK(asker.told == std::vector<std::string>(3, "shared.example 192.0.2.7"));
        resolver.answer("a.black", fail(Code::unavailable, "no answer"));
        CHECK(std::ranges::count(resolver.begun, "shared.example") == 1);
    }

    TEST_CASE("a question that is taken back leaves its place, but not the thread it has") {
        Resolver resolver;
        Asker asker{resolver};
        for (const char* name : {"a.black", "b.black", "c.black", "d.example"})
            asker.ask(1, name);
        asker.questions.erase(asker.questions.begin() + 2);
        asker.questions.erase(asker.questions.begin());
        CHECK(resolver.begun.size() == 2);
        resolver.answer("a.black", somewhere);
        CHECK(asker.told.empty());
        CHECK_FALSE(resolver.has_begun("c.black"));
        CHECK(resolver.has_begun("d.example"));
    }

    TEST_CASE(
        "addresses are known for half a minute, failures are not, and what is silent is asked "
        "anew") {
        Resolver resolver;
        Asker asker{resolver};
        for (const char* name : {"good.example", "bad.example"})
            asker.ask(1, name);
        resolver.answer("good.example", somewhere);
        resolver.answer("bad.example", fail(Code::not_found, "no such name"));
        CHECK(resolver.lookups.known("bad.example") == nullptr);
        REQUIRE(resolver.lookups.known("good.example") != nullptr);
        CHECK(*resolver.lookups.known("good.example") == somewhere);
        resolver.clock.advance(Lookups::good_for - 1ms);
        CHECK(resolver.lookups.known("good.example") != nullptr);
        resolver.clock.advance(1ms);
        CHECK(resolver.lookups.known("good.example") == nullptr);
        asker.ask(1, "good.example");
        resolver.answer("good.example", somewhere);
        resolver.lookups.forget("good.example");
        CHECK(resolver.lookups.known("good.example") == nullptr);
    }

    TEST_CASE("no more than so many names are known, the newest") {
        Resolver resolver;
        Asker asker{resolver};
        const auto name = [](std::size_t number) { return std::to_string(number) + ".example"; };
        for (std::size_t number = 0; number <= Lookups::most_known; ++number) {
            asker.ask(1, name(number));
            resolver.answer(name(number), somewhere);
            resolver.clock.advance(1ms);
        }
        CHECK(resolver.lookups.known(name(0)) == nullptr);
        CHECK(resolver.lookups.known(name(1)) != nullptr);
        CHECK(resolver.lookups.known(name(Lookups::most_known)) != nullptr);
    }
}
