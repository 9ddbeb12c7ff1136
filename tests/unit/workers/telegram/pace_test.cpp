#include "tests/unit/workers/telegram/scripted.h"
#include "workers/telegram/send_queue.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::telegram;
using namespace openclaw::telegram::scripted;
using namespace std::chrono_literals;

namespace {

struct Bench {
    ManualClock clock;
    FakeAlarms alarms{clock};
    SendQueue queue;
    std::vector<std::pair<std::string, Milliseconds>> turns; // what started, and when
    Instant begin = clock.now();

    explicit Bench(PaceRules rules = {})
        : queue(clock, alarms, rules) {}

    Milliseconds elapsed() const {
        return std::chrono::duration_cast<Milliseconds>(clock.now() - begin);
    }

    // A job whose call is answered at once.
    void quick(const std::string& chat, Priority priority, const std::string& name) {
        queue.submit(chat, priority, [this, chat, name] {
            turns.emplace_back(name, elapsed());
            queue.finish(chat, SendQueue::Used::yes);
        });
    }

    // A job that stays until finish() is called.
    void slow(const std::string& chat, Priority priority, const std::string& name) {
        queue.submit(chat, priority, [this, name] { turns.emplace_back(name, elapsed()); });
    }

    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& [name, at] : turns)
            out.push_back(name);
        return out;
    }
};

// The most events in any span of `within`.
std::size_t densest(const std::vector<std::pair<std::string, Milliseconds>>& turns,
                    Milliseconds within) {
    std::size_t most = 0;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        std::size_t count = 0;
        for (std::size_t j = i; j < turns.size() && turns[j].second - turns[i].second < within; ++j)
            ++count;
        most = std::max(most, count);
    }
    return most;
}

} // namespace

TEST_SUITE("workers/telegram") {
    TEST_CASE("a chat gets three messages at once and then one a second on average") {
        Bench bench;
        for (int i = 0; i < 12; ++i)
            bench.quick("5001", Priority::final, "m");
        CHECK(bench.turns.size() == 3);
        bench.alarms.advance(60s);
        CHECK(bench.turns.size() == 12);
        CHECK(densest(bench.turns, 3s) == 3);
        CHECK(bench.turns.back().second == 9s);
    }
    TEST_CASE("a group gets at most twenty messages in any minute") {
        Bench bench;
        for (int i = 0; i < 70; ++i)
            bench.quick("-100", Priority::final, "m");
        bench.alarms.advance(5min);
        CHECK(bench.turns.size() == 70);
        CHECK(densest(bench.turns, 60s) == 20);
    }
    TEST_CASE("the bot sends at most twenty-five messages in any second, and chats take turns") {
        Bench bench;
        for (int chat = 0; chat < 40; ++chat)
            for (int i = 0; i < 2; ++i)
                bench.quick(std::to_string(chat), Priority::final, std::to_string(chat));
        CHECK(bench.turns.size() == 25);
        bench.alarms.advance(10s);
        CHECK(bench.turns.size() == 80);
        CHECK(densest(bench.turns, 1s) == 25);
        const auto names = bench.names();
        // The first 25 went to chats 0 to 12 as they came. Who had none yet is next.
        for (int chat = 13; chat < 40; ++chat)
            CHECK(std::ranges::find(names, std::to_string(chat)) - names.begin() < 52);
    }
    TEST_CASE("a chat's place in the window is taken from the moment of the answer") {
        Bench bench;
        bench.slow("1", Priority::final, "a");
        bench.alarms.advance(2s);
        bench.queue.finish("1", SendQueue::Used::yes);
        for (int i = 0; i < 3; ++i)
            bench.quick("1", Priority::final, "b");
        CHECK(bench.turns.size() == 3);
        bench.alarms.advance(2999ms);
        CHECK(bench.turns.size() ==
              3); // the first left the server's window only 3 s after its answer
        bench.alarms.advance(1ms);
        CHECK(bench.turns.size() == 4);
    }
    TEST_CASE("one call at a time in a chat, urgent ones first") {
        Bench bench;
        bench.slow("1", Priority::preview, "edit");
        bench.quick("1", Priority::cosmetic, "reaction");
        bench.quick("1", Priority::preview, "edit 2");
        bench.quick("1", Priority::final, "answer");
        CHECK(bench.names() == std::vector<std::string>{"edit"});
        bench.queue.finish("1", SendQueue::Used::yes);
        bench.alarms.advance(10s);
        CHECK(bench.names() == std::vector<std::string>{"edit", "answer", "reaction", "edit 2"});
    }
    TEST_CASE("previews leave room for the answer") {
        Bench bench;
        for (int i = 0; i < 3; ++i)
            bench.quick("1", Priority::preview, "edit");
        CHECK(bench.turns.size() == 2);
        bench.quick("1", Priority::final, "answer");
        CHECK(bench.names().back() == "answer");
    }
    TEST_CASE("a turn that made no call gives its place back") {
        Bench bench;
        for (int i = 0; i < 3; ++i)
            bench.queue.submit("1", Priority::final,
                               [&] { bench.queue.finish("1", SendQueue::Used::no); });
        for (int i = 0; i < 3; ++i)
            bench.quick("1", Priority::final, "m");
        CHECK(bench.turns.size() == 3);
    }
    TEST_CASE("429 holds its chat for as long as the server says, and no other") {
        Bench bench;
        bench.slow("1", Priority::final, "refused");
        bench.queue.hold("1", 3s);
        bench.queue.finish("1", SendQueue::Used::yes);
        bench.quick("1", Priority::final, "later");
        bench.quick("2", Priority::final, "other");
        CHECK(bench.names() == std::vector<std::string>{"refused", "other"});
        CHECK(bench.queue.is_held("1"));
        CHECK_FALSE(bench.queue.is_held("2"));
        bench.alarms.advance(3499ms);
        CHECK(bench.turns.size() == 2);
        bench.alarms.advance(1ms);
        CHECK(bench.names().back() == "later");
    }
    TEST_CASE("two chats refused within a second hold the whole bot") {
        Bench bench;
        for (const auto* chat : {"1", "2"}) {
            bench.slow(chat, Priority::final, "refused");
            bench.queue.hold(chat, 2s);
            bench.queue.finish(chat, SendQueue::Used::yes);
        }
        bench.quick("3", Priority::final, "third");
        CHECK(bench.turns.size() == 2);
        bench.alarms.advance(2s);
        CHECK(bench.names().back() == "third");
    }
    TEST_CASE("a clock that moves with every look still lets things be free now") {
        struct MovingClock final : Clock {
            mutable Instant at{std::chrono::hours(1)};

            Instant now() const override { return at += std::chrono::microseconds(1); }

            std::int64_t unix_ms() const override { return 0; }
        } moving;

        ManualClock still;
        FakeAlarms alarms(still);
        SendQueue queue(moving, alarms, {});
        int turns = 0;
        for (int i = 0; i < 3; ++i)
            queue.submit("1", Priority::final, [&] {
                ++turns;
                queue.finish("1", SendQueue::Used::yes);
            });
        CHECK(turns == 3);
    }
    TEST_CASE("a limit of zero is no limit") {
        Bench bench({.chat = {}, .group = {}, .bot = {}});
        for (int i = 0; i < 500; ++i)
            bench.quick("-1", Priority::final, "m");
        CHECK(bench.turns.size() == 500);
    }
    TEST_CASE("a wait an earlier process was asked for holds the chat, and no other") {
        Bench bench;
        std::vector<std::string> told;
        bench.queue.on_hold([&](const std::string& chat, Milliseconds) { told.push_back(chat); });
        bench.queue.hold_on("1", 10s);
        bench.queue.hold_on("2", 10s); // two in a moment are no storm here: they are remembered
        bench.quick("1", Priority::final, "held");
        bench.quick("3", Priority::final, "free");
        CHECK(bench.names() == std::vector<std::string>{"free"});
        bench.alarms.advance(11s);
        CHECK(bench.names() == std::vector<std::string>{"free", "held"});
        CHECK(told.empty());
        bench.queue.hold("1", 5s);
        CHECK(told == std::vector<std::string>{"1"});
    }
}
