#include "supervisor/flow/delivery_table.h"

#include <doctest/doctest.h>

using namespace openclaw;
using namespace openclaw::flow;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t a_day_ms = 86'400'000;

// An answer that is owed for ten minutes, and is to be tried again in four seconds.
Delivery& owed_for_a_while(DeliveryTable& table, const Clock& clock) {
    auto& delivery = table.add({.action_id = "a",
                                .to = {.channel = "echo", .account = "x", .chat = {}},
                                .markdown = "the answer",
                                .next_try_at_ms = clock.unix_ms() + 4000,
                                .expires_at_ms = clock.unix_ms() + 600'000,
                                .created_at_ms = clock.unix_ms()});
    table.wait(delivery);
    return delivery;
}

Delivery& owed(DeliveryTable& table, const std::string& action_id, int deaths = 0) {
    auto& delivery = table.add({.action_id = action_id,
                                .to = {.channel = "echo", .account = "x", .chat = {}},
                                .markdown = "the answer"});
    delivery.deaths = deaths;
    table.wait(delivery);
    return delivery;
}

} // namespace

TEST_SUITE("supervisor/flow") {
    TEST_CASE("an answer is tried again and expires by the time that passes, not by the wall's") {
        ManualClock clock;
        DeliveryTable table;
        const auto& delivery = owed_for_a_while(table, clock);
        take_times(*table.find("a"), clock.now(), clock.unix_ms());
        CHECK(table.next_for("echo:x", clock.now()) == nullptr);
        clock.advance(3999ms);
        CHECK(table.next_for("echo:x", clock.now()) == nullptr);
        clock.advance(1ms);
        CHECK(table.next_for("echo:x", clock.now()) == &delivery);
        CHECK(delivery.expires_at == clock.now() - 4s + 10min);
    }
    TEST_CASE("read back under a wall clock that was set by a day, no pause and no life is longer "
              "than it was made") {
        ManualClock clock;
        DeliveryTable table;
        auto& delivery = owed_for_a_while(table, clock);
        take_times(delivery, clock.now(), clock.unix_ms() - a_day_ms); // set back
        CHECK(delivery.not_before == clock.now() + longest_pause);
        CHECK(delivery.expires_at == clock.now() + 10min);
        take_times(delivery, clock.now(),
                   clock.unix_ms() + a_day_ms); // set forward, or a day later
        CHECK(delivery.not_before == clock.now());
        CHECK(delivery.expires_at < clock.now());
    }
    TEST_CASE("a preview that began before the clock was set back is an answer like any other") {
        ManualClock clock;
        DeliveryTable table;
        auto& delivery = owed_for_a_while(table, clock);
        delivery.row.created_at_ms += 900'000; // by the clock of then
        take_times(delivery, clock.now(), clock.unix_ms());
        CHECK(delivery.expires_at == clock.now() + 10min);
    }
    TEST_CASE("an answer that never expires has no end") {
        ManualClock clock;
        DeliveryTable table;
        auto& delivery = table.add({.action_id = "b", .markdown = "the answer"});
        take_times(delivery, clock.now(), clock.unix_ms());
        CHECK(delivery.expires_at == Instant::max());
        CHECK(delivery.not_before == Instant{});
    }
    TEST_CASE("a suspect is tried alone, and nothing that came after it overtakes it") {
        ManualClock clock;
        DeliveryTable table;
        auto& first = owed(table, "a");
        auto& suspect = owed(table, "b", 1);
        auto& newer = owed(table, "c");
        CHECK(table.next_for("echo:x", clock.now()) == &first);
        table.take_in_hand(first, clock.now());
        CHECK(table.next_for("echo:x", clock.now()) == nullptr);
        table.put_down(first);
        CHECK(table.next_for("echo:x", clock.now()) == &suspect);
        table.take_in_hand(suspect, clock.now());
        CHECK(table.next_for("echo:x", clock.now()) == nullptr);
        CHECK(table.alone_at_work("echo:x", clock.now()) == suspect.place);
        table.put_down(suspect);
        CHECK(table.next_for("echo:x", clock.now()) == &newer);
    }
    TEST_CASE("a suspect that the platform holds back keeps nobody back, a suspect behind it "
              "neither") {
        ManualClock clock;
        DeliveryTable table;
        auto& held = owed(table, "a", 1);
        auto& next = owed(table, "b", 1);
        auto& newer = owed(table, "c");
        table.take_in_hand(held, clock.now());
        CHECK(table.next_for("echo:x", clock.now()) == nullptr);
        table.acquit(held);
        CHECK(table.next_for("echo:x", clock.now()) == &next);
        table.take_in_hand(next, clock.now());
        CHECK(table.next_for("echo:x", clock.now()) == nullptr);
        CHECK(table.alone_at_work("echo:x", clock.now()) == next.place);
        table.acquit(next);
        CHECK(table.next_for("echo:x", clock.now()) == &newer);
        CHECK(table.alone_at_work("echo:x", clock.now()) == 0);
    }
    TEST_CASE("what its worker has lived with for a while keeps nobody back") {
        ManualClock clock;
        DeliveryTable table;
        table.take_in_hand(owed(table, "a"), clock.now());
        clock.advance(1000ms);
        auto& suspect = owed(table, "b", 1);
        auto& newer = owed(table, "c");
        CHECK(table.next_from("echo:x", clock.now()) ==
              clock.now() - 1000ms + DeliveryTable::trial);
        clock.advance(DeliveryTable::trial - 1000ms);
        CHECK(table.next_for("echo:x", clock.now()) == &suspect);
        table.take_in_hand(suspect, clock.now());
        CHECK(table.next_from("echo:x", clock.now()) == clock.now() + DeliveryTable::trial);
        clock.advance(DeliveryTable::trial - 1ms);
        CHECK(table.next_for("echo:x", clock.now()) == nullptr);
        clock.advance(1ms);
        CHECK(table.next_for("echo:x", clock.now()) == &newer);
    }
}
