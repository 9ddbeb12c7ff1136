#include "supervisor/ledger/database.h"
#include "supervisor/ledger/inbox.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

InboxRow message(const std::string& event_id, const std::string& logical_id = {}) {
    InboxRow row;
    row.key = {"telegram", "default", event_id};
    row.logical_id = logical_id;
    row.chat_id = "5001";
    row.message_id = "m" + event_id;
    row.payload = std::string("bytes\0with a zero ", 18) + event_id;
    row.trace = "trace-" + event_id;
    return row;
}

std::vector<InboxRow> unfinished(Fixture& it, std::int64_t after = 0, std::size_t limit = 100) {
    return wait_for<Result<std::vector<InboxRow>>>(
               it.loop,
               [&](auto done) { it.ledger->inbox.unfinished(after, limit, std::move(done)); })
        .value();
}

std::vector<InboxRow> find(Fixture& it, const std::string& id) {
    return wait_for<Result<std::vector<InboxRow>>>(
               it.loop, [&](auto done) { it.ledger->inbox.find(id, std::move(done)); })
        .value();
}

Recorded record(Fixture& it, InboxRow row) {
    const auto found = std::make_shared<Recorded>();
    REQUIRE(it.keep(it.ledger->inbox.record(std::move(row), found)));
    return *found;
}

std::size_t rows_in_table(Fixture& it) {
    return wait_for<Result<std::size_t>>(
               it.loop,
               [&](auto done) {
                   it.ledger->store->read<std::size_t>(
                       [](Database* database) -> Result<std::size_t> {
                           return static_cast<std::size_t>(
                               TRY(database->number("select count(*) from inbox", 0)));
                       },
                       std::move(done));
               })
        .value();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a message is recorded once by its event id, and a repeat is told the earlier state "
              "and trace") {
        Fixture it;
        const auto first = record(it, message("7"));
        CHECK_FALSE(first.duplicate);
        auto repeat = message("7");
        repeat.trace = "another";
        const auto second = record(it, repeat);
        CHECK(second.duplicate);
        CHECK(second.state == InboxState::received);
        CHECK(second.trace == "trace-7");
        CHECK(second.sequence == first.sequence);
        CHECK(unfinished(it).size() == 1);
    }
    TEST_CASE("two repeats in one batch are one message") {
        Fixture it;
        const auto first = std::make_shared<Recorded>(), second = std::make_shared<Recorded>();
        REQUIRE(it.keep(it.ledger->inbox.record(message("7"), first),
                        it.ledger->inbox.record(message("7"), second)));
        CHECK_FALSE(first->duplicate);
        CHECK(second->duplicate);
    }
    TEST_CASE("the same event id of another channel or account is another message") {
        Fixture it;
        record(it, message("7"));
        auto other_account = message("7");
        other_account.key.account = "second";
        auto other_channel = message("7");
        other_channel.key.channel = "discord";
        CHECK_FALSE(record(it, other_account).duplicate);
        CHECK_FALSE(record(it, other_channel).duplicate);
    }
    TEST_CASE("a message that comes back under a new event id is caught by its logical id") {
        Fixture it;
        record(it, message("7", "5001:12"));
        CHECK(record(it, message("900", "5001:12")).duplicate);
        CHECK_FALSE(record(it, message("901", "5001:13")).duplicate);
    }
    TEST_CASE("an event id that comes back with another logical id is another message") {
        Fixture it;
        record(it, message("7", "5001:12"));
        REQUIRE(it.keep(it.ledger->inbox.settle(message("7").key, InboxState::done, "")));
        const auto second = record(it, message("7", "5001:99"));
        CHECK_FALSE(second.duplicate);
        CHECK(second.state == InboxState::received);
        SUBCASE("and both are refused when they come again") {
            CHECK(record(it, message("7", "5001:12")).duplicate);
            CHECK(record(it, message("7", "5001:99")).sequence == second.sequence);
            CHECK(rows_in_table(it) == 2);
        }
        SUBCASE("and is settled under its own event id, once") {
            REQUIRE(it.keep(it.ledger->inbox.settle(message("7").key, InboxState::dropped, "why")));
            CHECK(unfinished(it).empty());
            const auto rows = find(it, "5001:99");
            REQUIRE(rows.size() == 1);
            CHECK(rows[0].state == InboxState::dropped);
            CHECK(find(it, "5001:12").at(0).state == InboxState::done);
        }
        SUBCASE("and the ids may start again once more") {
            REQUIRE(it.keep(it.ledger->inbox.settle(message("7").key, InboxState::done, "")));
            CHECK_FALSE(record(it, message("7", "5001:100")).duplicate);
            CHECK(rows_in_table(it) == 3);
        }
    }
    TEST_CASE("an event id that comes back while its message is being answered has to wait") {
        Fixture it;
        record(it, message("7", "5001:12"));
        const auto refused = it.keep(it.ledger->inbox.record(message("7", "5001:99")));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::busy);
        REQUIRE(it.keep(it.ledger->inbox.settle(message("7").key, InboxState::done, "")));
        CHECK_FALSE(record(it, message("7", "5001:99")).duplicate);
    }
    TEST_CASE("an event id that comes back is a repeat when one of the two has no logical id") {
        Fixture it;
        record(it, message("7"));
        record(it, message("8", "5001:12"));
        CHECK(record(it, message("7", "5001:12")).duplicate);
        CHECK(record(it, message("8")).duplicate);
    }
    TEST_CASE("an event id that comes back is a repeat when its logical id has only grown") {
        Fixture it;
        record(it, message("7", "5001:12"));
        CHECK(record(it, message("7", "123456:5001:12")).duplicate);
        REQUIRE(it.keep(it.ledger->inbox.settle(message("7").key, InboxState::done, "")));
        CHECK(record(it, message("7", "123456:5001:12")).duplicate);
        CHECK_FALSE(record(it, message("7", "123456:45001:12")).duplicate);
    }
    TEST_CASE("messages without a logical id do not collide") {
        Fixture it;
        record(it, message("1"));
        CHECK_FALSE(record(it, message("2")).duplicate);
    }
    TEST_CASE("unfinished messages come back after a crash, whole and in order") {
        Fixture it;
        for (const char* id : {"9", "3", "5", "4"})
            record(it, message(id, std::string("l") + id));
        REQUIRE(it.keep(it.ledger->inbox.mark_running(message("3").key, "agent:main:main", "run-3"),
                        it.ledger->inbox.charge(message("3").key),
                        it.ledger->inbox.charge(message("3").key),
                        it.ledger->inbox.settle(message("5").key, InboxState::done, "")));
        it.crash();
        const auto rows = unfinished(it);
        REQUIRE(rows.size() == 3);
        CHECK(rows[0].key == message("9").key);
        CHECK(rows[0].state == InboxState::received);
        CHECK(rows[0].payload == message("9").payload);
        CHECK(rows[0].logical_id == "l9");
        CHECK(rows[0].chat_id == "5001");
        CHECK(rows[0].message_id == "m9");
        CHECK(rows[0].trace == "trace-9");
        CHECK(rows[0].received_at_ms == it.clock.unix_ms());
        CHECK(rows[1].state == InboxState::running);
        CHECK(rows[1].session_key == "agent:main:main");
        CHECK(rows[1].run_id == "run-3");
        CHECK(rows[1].attempts == 2);
        CHECK(rows[2].key.event_id == "4");
    }
    TEST_CASE("unfinished messages can be read in pages") {
        Fixture it;
        for (int i = 0; i < 5; ++i)
            record(it, message(std::to_string(i)));
        const auto first = unfinished(it, 0, 2);
        REQUIRE(first.size() == 2);
        const auto rest = unfinished(it, first.back().sequence, 10);
        REQUIRE(rest.size() == 3);
        CHECK(rest.front().key.event_id == "2");
    }
    TEST_CASE(
        "a finished message keeps its keys and its reason, not its payload, and stays finished") {
        Fixture it;
        record(it, message("7"));
        REQUIRE(it.keep(it.ledger->inbox.settle(message("7").key, InboxState::dropped,
                                                "the group needs a mention")));
        REQUIRE(it.keep(it.ledger->inbox.mark_running(message("7").key, "s", "r"),
                        it.ledger->inbox.settle(message("7").key, InboxState::done, "")));
        const auto row = find(it, "7").at(0);
        CHECK(row.state == InboxState::dropped);
        CHECK(row.reason == "the group needs a mention");
        CHECK(row.payload.empty());
        const auto repeat = record(it, message("7"));
        CHECK(repeat.duplicate);
        CHECK(repeat.state == InboxState::dropped);
    }
    TEST_CASE(
        "a parked message keeps its payload, is not resumed by itself, and may be taken up again") {
        Fixture it;
        record(it, message("7"));
        REQUIRE(it.keep(
            it.ledger->inbox.settle(message("7").key, InboxState::parked, "three resumes failed")));
        CHECK(unfinished(it).empty());
        CHECK(find(it, "7").at(0).payload == message("7").payload);
        REQUIRE(it.keep(it.ledger->inbox.mark_running(message("7").key, "s", "r")));
        CHECK(unfinished(it).size() == 1);
    }
    TEST_CASE("a message is found by event id, logical id, message id, run id and trace") {
        Fixture it;
        record(it, message("7", "5001:12"));
        record(it, message("8", "5001:13"));
        REQUIRE(it.keep(it.ledger->inbox.mark_running(message("7").key, "s", "run-7")));
        for (const char* id : {"7", "5001:12", "m7", "run-7", "trace-7"}) {
            CAPTURE(id);
            const auto rows = find(it, id);
            REQUIRE(rows.size() == 1);
            CHECK(rows[0].key.event_id == "7");
        }
        CHECK(find(it, "unheard of").empty());
        CHECK(find(it, "").empty());
    }
    TEST_CASE("old tombstones go a few at a time, unfinished messages never") {
        Fixture it;
        record(it, message("unfinished"));
        for (int i = 0; i < 100; ++i) {
            const auto row = message(std::to_string(i));
            REQUIRE(it.keep(it.ledger->inbox.record(row),
                            it.ledger->inbox.settle(row.key, InboxState::done, "")));
        }
        it.clock.advance(std::chrono::days(31));
        for (int i = 0; i < 16; ++i)
            record(it, message("new-" + std::to_string(i)));
        const auto after_one_round = rows_in_table(it);
        CHECK(after_one_round < 1 + 100 + 16);
        CHECK(after_one_round >= 1 + 100 + 16 - 32);
        for (int i = 16; i < 80; ++i)
            record(it, message("new-" + std::to_string(i)));
        CHECK(rows_in_table(it) == 1 + 80);
        CHECK(unfinished(it).at(0).key.event_id == "unfinished");
    }
    TEST_CASE("tombstones are bounded in number as well") {
        Fixture it;
        it.inbox_options.max_tombstones = 50;
        it.reopen();
        for (int i = 0; i < 300; ++i) {
            const auto row = message(std::to_string(i));
            REQUIRE(it.keep(it.ledger->inbox.record(row),
                            it.ledger->inbox.settle(row.key, InboxState::done, "")));
        }
        CHECK(rows_in_table(it) <= 50 + 16);
        CHECK(record(it, message("299")).duplicate);
    }
}
