#include "supervisor/ledger/transcripts.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

TranscriptRow said(const std::string& role, const std::string& text, const std::string& run_id) {
    TranscriptRow row;
    row.id = run_id + ":" + role + ":row";
    row.role = role;
    row.text = text;
    row.run_id = run_id;
    if (role == "user") row.idempotency_key = run_id + ":user";
    return row;
}

Appended append(Fixture& it, const std::string& session_id, TranscriptRow row) {
    const auto outcome = std::make_shared<Appended>();
    REQUIRE(it.keep(it.ledger->transcripts.append(session_id, std::move(row), outcome)));
    return *outcome;
}

TranscriptPage page(Fixture& it, const std::string& session_id, std::int64_t before,
                    std::size_t limit) {
    return wait_for<Result<TranscriptPage>>(it.loop,
                                            [&](auto done) {
                                                it.ledger->transcripts.page(session_id, before,
                                                                            limit, std::move(done));
                                            })
        .value();
}

TranscriptPage tail(Fixture& it, const std::string& session_id, std::size_t limit,
                    std::size_t max_bytes) {
    return wait_for<Result<TranscriptPage>>(it.loop,
                                            [&](auto done) {
                                                it.ledger->transcripts.tail(
                                                    session_id, limit, max_bytes, std::move(done));
                                            })
        .value();
}

std::int64_t count(Fixture& it, const std::string& session_id) {
    return wait_for<Result<std::int64_t>>(
               it.loop,
               [&](auto done) { it.ledger->transcripts.count(session_id, std::move(done)); })
        .value();
}

std::string texts(const TranscriptPage& page) {
    std::string joined;
    for (const auto& row : page.rows)
        joined += row.text;
    return joined;
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("rows are numbered from one within their session, whatever happens in others") {
        Fixture it;
        CHECK(append(it, "one", said("user", "a", "r1")).sequence == 1);
        CHECK(append(it, "two", said("user", "b", "r2")).sequence == 1);
        CHECK(append(it, "one", said("assistant", "c", "r1")).sequence == 2);
        CHECK(append(it, "two", said("assistant", "d", "r2")).sequence == 2);
        CHECK(count(it, "one") == 2);
        CHECK(count(it, "unheard of") == 0);
    }
    TEST_CASE("a row comes back after a crash, field by field") {
        Fixture it;
        auto row = said("assistant", "hello \xF0\x9F\xA6\x9E", "r1");
        row.provider = "builtin";
        row.model = "echo";
        row.stop_reason = "stop";
        row.input_tokens = 5;
        row.output_tokens = 7;
        append(it, "one", row);
        it.crash();
        const auto found = page(it, "one", 0, 10).rows.at(0);
        CHECK(found.id == row.id);
        CHECK(found.sequence == 1);
        CHECK(found.role == "assistant");
        CHECK(found.text == row.text);
        CHECK(found.at_ms == it.clock.unix_ms());
        CHECK(found.run_id == "r1");
        CHECK(found.idempotency_key.empty());
        CHECK(found.provider == "builtin");
        CHECK(found.model == "echo");
        CHECK(found.stop_reason == "stop");
        CHECK(found.input_tokens == 5);
        CHECK(found.output_tokens == 7);
    }
    TEST_CASE("the same row twice is one row, by its id or by its idempotency key") {
        Fixture it;
        append(it, "one", said("user", "a", "r1"));
        append(it, "one", said("assistant", "b", "r1"));
        const auto by_id = append(it, "one", said("assistant", "b", "r1"));
        CHECK(by_id.duplicate);
        CHECK(by_id.sequence == 2);
        auto other_id = said("user", "a", "r1");
        other_id.id = "another";
        const auto by_key = append(it, "one", other_id);
        CHECK(by_key.duplicate);
        CHECK(by_key.sequence == 1);
        CHECK(append(it, "two", said("user", "a", "r1")).sequence ==
              1); // another session: another row
        CHECK(count(it, "one") == 2);
    }
    TEST_CASE("rows without a run are told apart by their id") {
        Fixture it;
        auto first = said("assistant", "note", ""), second = first;
        first.id = "n1";
        second.id = "n2";
        append(it, "one", first);
        CHECK_FALSE(append(it, "one", second).duplicate);
        CHECK(append(it, "one", second).duplicate);
    }
    TEST_CASE("pages go backwards, oldest row first in each, and say whether there is more") {
        Fixture it;
        for (const char* text : {"1", "2", "3", "4", "5"})
            append(it, "one", said("user", text, text));
        const auto newest = page(it, "one", 0, 2);
        CHECK(texts(newest) == "45");
        CHECK(newest.has_more);
        CHECK(newest.total == 5);
        const auto middle = page(it, "one", newest.rows.front().sequence, 2);
        CHECK(texts(middle) == "23");
        CHECK(middle.has_more);
        const auto oldest = page(it, "one", middle.rows.front().sequence, 2);
        CHECK(texts(oldest) == "1");
        CHECK_FALSE(oldest.has_more);
        CHECK(page(it, "one", 1, 2).rows.empty());
        CHECK_FALSE(page(it, "one", 1, 2).has_more);
        CHECK(page(it, "unheard of", 0, 2).rows.empty());
    }
    TEST_CASE("a tail is bounded by rows and by bytes") {
        Fixture it;
        for (int i = 0; i < 5; ++i)
            append(it, "one",
                   said("user", std::string(100, static_cast<char>('0' + i)), std::to_string(i)));
        CHECK(tail(it, "one", 3, 10'000).rows.size() == 3);
        const auto by_bytes = tail(it, "one", 100, 250);
        REQUIRE(by_bytes.rows.size() == 2);
        CHECK(by_bytes.rows.back().text.front() == '4');
        CHECK(by_bytes.has_more);
        CHECK(tail(it, "one", 100, 50).rows.empty());
        CHECK(tail(it, "one", 100, 50).has_more);
    }
    TEST_CASE("the rows of a run are found again") {
        Fixture it;
        append(it, "one", said("user", "q", "r1"));
        append(it, "one", said("user", "other", "r2"));
        append(it, "one", said("assistant", "a", "r1"));
        const auto rows = wait_for<Result<std::vector<TranscriptRow>>>(it.loop, [&](auto done) {
                              it.ledger->transcripts.of_run("r1", std::move(done));
                          }).value();
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].text == "q");
        CHECK(rows[1].text == "a");
    }
    TEST_CASE("an erased transcript is gone, its neighbours are not") {
        Fixture it;
        append(it, "one", said("user", "a", "r1"));
        append(it, "two", said("user", "b", "r2"));
        append(it, "three", said("user", "c", "r3"));
        REQUIRE(it.keep(it.ledger->transcripts.erase("two")));
        CHECK(count(it, "one") == 1);
        CHECK(count(it, "two") == 0);
        CHECK(count(it, "three") == 1);
        CHECK(append(it, "two", said("user", "new", "r4")).sequence == 1);
    }
    TEST_CASE("a unit may begin a transcript before its session is put") {
        Fixture it;
        Session session;
        session.key = "agent:main:main";
        session.session_id = "one";
        REQUIRE(it.keep(it.ledger->transcripts.append("one", said("user", "a", "r1")),
                        it.ledger->sessions.put(session)));
        const auto ids = wait_for<Result<std::vector<std::string>>>(it.loop, [&](auto done) {
                             it.ledger->sessions.session_ids("agent:main:main", std::move(done));
                         }).value();
        CHECK(ids == std::vector<std::string>{"one"});
    }
    TEST_CASE("a copy continues with the same rows, and costs and runs stay where they were") {
        Fixture it;
        auto answer = said("assistant", "b", "r1");
        answer.input_tokens = 7;
        answer.at_ms = 42;
        append(it, "old", said("user", "a", "r1"));
        append(it, "old", answer);
        append(it, "old", said("user", "c", "r2"));
        append(it, "new", said("assistant", "[before]", ""));
        REQUIRE(it.keep(it.ledger->transcripts.copy(
            "new", {.session_id = "old", .first_sequence = 2, .last_sequence = 3})));
        const auto copied = page(it, "new", 0, 10);
        REQUIRE(texts(copied) == "[before]bc");
        CHECK(copied.rows[1].sequence == 2);
        CHECK(copied.rows[1].id == answer.id);
        CHECK(copied.rows[1].at_ms == 42);
        CHECK(copied.rows[1].run_id.empty());
        CHECK(copied.rows[1].input_tokens == 0);
        CHECK(copied.rows[2].idempotency_key == "r2:user");
        CHECK(texts(page(it, "old", 0, 10)) == "abc");
        CHECK(append(it, "new", said("user", "d", "r3")).sequence == 4);
    }
    TEST_CASE("a copy is what the next prompt recalls") {
        Fixture it;
        append(it, "old", said("user", "a", "r1"));
        it.ledger->transcripts.begin("new");
        REQUIRE(it.keep(it.ledger->transcripts.copy(
            "new", {.session_id = "old", .first_sequence = 1, .last_sequence = 1})));
        CHECK(it.ledger->transcripts.recent("new") == nullptr);
        CHECK(texts(tail(it, "new", RecentTalk::max_rows, RecentTalk::max_text_bytes)) == "a");
    }
    TEST_CASE("a copy of what nobody knows is empty") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->transcripts.copy(
            "new", {.session_id = "nobody", .first_sequence = 1, .last_sequence = 9})));
        CHECK(count(it, "new") == 0);
    }
}
