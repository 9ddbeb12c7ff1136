#include "supervisor/ledger/outbox.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

OutboxRow reply(const std::string& action_id) {
    OutboxRow row;
    row.action_id = action_id;
    row.to = {"telegram", "default", {"-100123", "42", ChatKind::group}};
    row.reply_to_message_id = "77";
    row.session_key = "agent:main:telegram:group:-100123:topic:42";
    row.run_id = "run-" + action_id;
    row.inbox_event_id = "event-" + action_id;
    row.trace = "trace-" + action_id;
    row.markdown = "**hello** " + action_id;
    row.retry_class = RetryClass::never_twice;
    row.notice = true;
    row.expires_at_ms = 9'000;
    return row;
}

std::vector<OutboxRow> unfinished(Fixture& it, std::int64_t after = 0, std::size_t limit = 100) {
    return wait_for<Result<std::vector<OutboxRow>>>(
               it.loop,
               [&](auto done) { it.ledger->outbox.unfinished(after, limit, std::move(done)); })
        .value();
}

std::vector<OutboxRow> find(Fixture& it, const std::string& id) {
    return wait_for<Result<std::vector<OutboxRow>>>(
               it.loop, [&](auto done) { it.ledger->outbox.find(id, std::move(done)); })
        .value();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("an owed answer comes back after a crash as it was written") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->outbox.add(reply("a"))));
        it.crash();
        const auto rows = unfinished(it);
        REQUIRE(rows.size() == 1);
        const auto& row = rows[0];
        CHECK(row.action_id == "a");
        CHECK(row.to == reply("a").to);
        CHECK(row.reply_to_message_id == "77");
        CHECK(row.session_key == reply("a").session_key);
        CHECK(row.run_id == "run-a");
        CHECK(row.inbox_event_id == "event-a");
        CHECK(row.trace == "trace-a");
        CHECK(row.markdown == "**hello** a");
        CHECK(row.retry_class == RetryClass::never_twice);
        CHECK(row.notice);
        CHECK(row.state == OutboxState::queued);
        CHECK(row.attempts == 0);
        CHECK(row.parts == 0);
        CHECK(row.repeats == 0);
        CHECK_FALSE(row.maybe_duplicate);
        CHECK(row.expires_at_ms == 9'000);
        CHECK(row.created_at_ms == it.clock.unix_ms());
    }
    TEST_CASE("an action id is taken once") {
        Fixture it;
        auto again = reply("a");
        again.markdown = "something else";
        REQUIRE(it.keep(it.ledger->outbox.add(reply("a")), it.ledger->outbox.add(again)));
        CHECK(unfinished(it).size() == 1);
        CHECK(unfinished(it)[0].markdown == "**hello** a");
    }
    TEST_CASE(
        "a crash while sending leaves attempt, receipts and preview for the one who resolves it") {
        Fixture it;
        auto row = reply("a");
        row.state = OutboxState::sending;
        row.attempts = 1;
        REQUIRE(it.keep(it.ledger->outbox.add(row)));
        REQUIRE(it.keep(it.ledger->outbox.preview_known("a", "500"),
                        it.ledger->outbox.part_sent("a", 0, 3, "500")));
        it.clock.advance(Milliseconds(5));
        REQUIRE(it.keep(it.ledger->outbox.part_sent("a", 1, 3, "501")));
        it.crash();
        const auto found = unfinished(it).at(0);
        CHECK(found.state == OutboxState::sending);
        CHECK(found.attempts == 1);
        CHECK(found.parts == 3);
        CHECK(found.stream_message_id == "500");
        REQUIRE(found.receipts.size() == 2);
        CHECK(found.receipts[0].message_id == "500");
        CHECK(found.receipts[1].part == 1);
        CHECK(found.receipts[1].message_id == "501");
        CHECK(found.receipts[1].at_ms == found.receipts[0].at_ms + 5);
    }
    TEST_CASE("a receipt that comes twice is one receipt") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->outbox.add(reply("a")),
                        it.ledger->outbox.part_sent("a", 0, 1, "500"),
                        it.ledger->outbox.part_sent("a", 0, 1, "500")));
        CHECK(unfinished(it).at(0).receipts.size() == 1);
    }
    TEST_CASE("a sent answer is no longer owed, loses its text and stays sent") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->outbox.add(reply("a")),
                        it.ledger->outbox.finish("a", OutboxState::sent)));
        REQUIRE(it.keep(it.ledger->outbox.finish("a", OutboxState::failed, "blocked",
                                                 "the user blocked the bot"),
                        it.ledger->outbox.save(reply("a"))));
        CHECK(unfinished(it).empty());
        const auto row = find(it, "a").at(0);
        CHECK(row.state == OutboxState::sent);
        CHECK(row.markdown.empty());
        CHECK(row.error_code.empty());
    }
    TEST_CASE(
        "a failed answer keeps its text and says why; an unknown one may still turn out sent") {
        Fixture it;
        REQUIRE(it.keep(
            it.ledger->outbox.add(reply("a")), it.ledger->outbox.add(reply("b")),
            it.ledger->outbox.finish("a", OutboxState::failed, "blocked",
                                     "the user blocked the bot"),
            it.ledger->outbox.finish("b", OutboxState::unknown, "network", "no answer came")));
        CHECK(unfinished(it).empty());
        const auto failed = find(it, "a").at(0);
        CHECK(failed.state == OutboxState::failed);
        CHECK(failed.error_code == "blocked");
        CHECK(failed.error == "the user blocked the bot");
        CHECK(failed.markdown == "**hello** a");
        REQUIRE(it.keep(it.ledger->outbox.finish("b", OutboxState::sent)));
        CHECK(find(it, "b").at(0).state == OutboxState::sent);
    }
    TEST_CASE(
        "an answer put back is queued with its next try, and keeps the mark of a possible double") {
        Fixture it;
        auto change = reply("a");
        change.state = OutboxState::queued;
        change.maybe_duplicate = true;
        change.repeats = 1;
        change.next_try_at_ms = 123'456;
        change.error_code = "rate";
        REQUIRE(it.keep(it.ledger->outbox.add(reply("a")), it.ledger->outbox.save(change)));
        auto row = unfinished(it).at(0);
        CHECK(row.state == OutboxState::queued);
        CHECK(row.next_try_at_ms == 123'456);
        CHECK(row.error_code == "rate");
        change.state = OutboxState::sending;
        change.maybe_duplicate = false;
        change.next_try_at_ms = 0;
        change.attempts = 2;
        REQUIRE(it.keep(it.ledger->outbox.save(change)));
        row = unfinished(it).at(0);
        CHECK(row.state == OutboxState::sending);
        CHECK(row.attempts == 2);
        CHECK(row.repeats == 1);
        CHECK(row.next_try_at_ms == 0);
        CHECK(row.maybe_duplicate);
    }
    TEST_CASE("the text of an answer may change until it is finished") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->outbox.add(reply("a")),
                        it.ledger->outbox.set_text("a", "final", 12'345)));
        CHECK(unfinished(it).at(0).markdown == "final");
        CHECK(unfinished(it).at(0).expires_at_ms == 12'345);
        REQUIRE(it.keep(it.ledger->outbox.finish("a", OutboxState::sent),
                        it.ledger->outbox.set_text("a", "too late", 0)));
        CHECK(find(it, "a").at(0).markdown.empty());
    }
    TEST_CASE("an answer is found by action, run, trace, answered event, preview and message ids") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->outbox.add(reply("a")), it.ledger->outbox.add(reply("b")),
                        it.ledger->outbox.preview_known("a", "500"),
                        it.ledger->outbox.part_sent("a", 1, 2, "501")));
        for (const char* id : {"a", "run-a", "trace-a", "event-a", "500", "501"}) {
            CAPTURE(id);
            const auto rows = find(it, id);
            REQUIRE(rows.size() == 1);
            CHECK(rows[0].action_id == "a");
        }
        CHECK(find(it, "").empty());
    }
    TEST_CASE("what is owed can be read in pages, oldest first") {
        Fixture it;
        for (const char* id : {"c", "a", "b"})
            REQUIRE(it.keep(it.ledger->outbox.add(reply(id))));
        const auto first = unfinished(it, 0, 2);
        REQUIRE(first.size() == 2);
        CHECK(first[0].action_id == "c");
        const auto rest = unfinished(it, first.back().sequence);
        REQUIRE(rest.size() == 1);
        CHECK(rest[0].action_id == "b");
    }
    TEST_CASE("finished answers are bounded in number and age, owed ones stay") {
        Fixture it;
        it.outbox_options.max_finished = 20;
        it.reopen();
        REQUIRE(it.keep(it.ledger->outbox.add(reply("owed"))));
        for (int i = 0; i < 100; ++i) {
            const auto id = std::to_string(i);
            REQUIRE(it.keep(it.ledger->outbox.add(reply(id)),
                            it.ledger->outbox.part_sent(id, 0, 1, "m" + id),
                            it.ledger->outbox.finish(id, OutboxState::sent)));
        }
        CHECK(find(it, "0").empty());
        CHECK(find(it, "m0").empty()); // its receipt went with it
        CHECK(find(it, "99").size() == 1);
        it.clock.advance(std::chrono::days(31));
        for (int i = 100; i < 132; ++i)
            REQUIRE(it.keep(it.ledger->outbox.add(reply(std::to_string(i)))));
        CHECK(find(it, "99").empty());
        CHECK(unfinished(it).at(0).action_id == "owed");
    }
}
