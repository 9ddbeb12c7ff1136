#include "supervisor/ledger/recent_talk.h"
#include "supervisor/ledger/transcripts.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

TranscriptRow said(const std::string& text, const std::string& run_id) {
    TranscriptRow row;
    row.id = row.idempotency_key = run_id + ":user";
    row.role = "user";
    row.text = text;
    row.run_id = run_id;
    return row;
}

std::string texts(const std::deque<Said>* rows) {
    if (rows == nullptr) return "unknown";
    std::string joined;
    for (const auto& row : *rows)
        joined += row.text;
    return joined;
}

std::string recent(Fixture& it, const std::string& session_id) {
    return texts(it.ledger->transcripts.recent(session_id));
}

void read_tail(Fixture& it, const std::string& session_id) {
    REQUIRE(wait_for<Result<TranscriptPage>>(it.loop, [&](auto done) {
        it.ledger->transcripts.tail(session_id, RecentTalk::max_rows, RecentTalk::max_text_bytes,
                                    std::move(done));
    }));
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("what a session says is known from its beginning on, without the file") {
        Fixture it;
        it.ledger->transcripts.begin("new");
        CHECK(recent(it, "new").empty());
        auto first = it.ledger->transcripts.append("new", said("a", "r1"));
        CHECK(recent(it, "new") == "a"); // a read would see it too: it waits for every write
        REQUIRE(it.keep(std::move(first), it.ledger->transcripts.append("new", said("b", "r2"))));
        CHECK(recent(it, "new") == "ab");
    }

    TEST_CASE("an old session is known from its first reading on") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->transcripts.append("old", said("a", "r1"))));
        it.reopen();
        CHECK(recent(it, "old") == "unknown");
        read_tail(it, "old");
        CHECK(recent(it, "old") == "a");
        REQUIRE(it.keep(it.ledger->transcripts.append("old", said("b", "r2"))));
        CHECK(recent(it, "old") == "ab");
        CHECK(it.ledger->transcripts.recent("old")->back().idempotency_key == "r2:user");
    }

    TEST_CASE("a row that comes twice stands once") {
        Fixture it;
        it.ledger->transcripts.begin("one");
        REQUIRE(it.keep(it.ledger->transcripts.append("one", said("a", "r1"))));
        REQUIRE(it.keep(it.ledger->transcripts.append("one", said("a", "r1"))));
        CHECK(recent(it, "one") == "unknown");
        read_tail(it, "one");
        CHECK(recent(it, "one") == "a");
    }

    TEST_CASE("a row whose unit failed does not stand") {
        Fixture it;
        it.ledger->transcripts.begin("one");
        Write refused{
            .apply = [](Database*) -> Result<void> { return fail(Code::invalid, "refused"); }};
        CHECK_FALSE(
            it.keep(it.ledger->transcripts.append("one", said("a", "r1")), std::move(refused)));
        CHECK(recent(it, "one") == "unknown");
        read_tail(it, "one");
        CHECK(recent(it, "one").empty());
    }

    TEST_CASE("a row that is added while the file is read is not missed") {
        Fixture it;
        REQUIRE(it.keep(it.ledger->transcripts.append("one", said("a", "r1"))));
        it.reopen();
        bool is_read = false;
        it.ledger->transcripts.tail(
            "one", RecentTalk::max_rows, RecentTalk::max_text_bytes,
            [&](Result<TranscriptPage> page) { is_read = page.has_value(); });
        REQUIRE(it.keep(it.ledger->transcripts.append("one", said("b", "r2"))));
        while (!is_read)
            it.loop.turn();
        CHECK(recent(it, "one") == "unknown");
        read_tail(it, "one");
        CHECK(recent(it, "one") == "ab");
    }

    TEST_CASE("a forgotten transcript is forgotten in memory too") {
        Fixture it;
        it.ledger->transcripts.begin("one");
        REQUIRE(it.keep(it.ledger->transcripts.append("one", said("a", "r1"))));
        REQUIRE(it.keep(it.ledger->transcripts.erase("one")));
        CHECK(recent(it, "one") == "unknown");
    }

    TEST_CASE("of one session the newest rows stay, as the file would give them") {
        RecentTalk talk;
        talk.begin("one");
        for (std::size_t i = 0; i < RecentTalk::max_rows + 5; ++i)
            talk.add("one", said("x", std::to_string(i)));
        REQUIRE(talk.find("one")->size() == RecentTalk::max_rows);
        CHECK(talk.find("one")->front().idempotency_key == "5:user");
        talk.add("one", said(std::string(RecentTalk::max_text_bytes, 'y'), "long"));
        CHECK(talk.find("one")->size() == 1);
        talk.add("one", said("z", "after"));
        CHECK(texts(talk.find("one")) == "z");
    }

    TEST_CASE("of many sessions those stay that were talked in last, within the bound") {
        RecentTalk talk(10'000);
        for (const std::string id : {"a", "b", "c"}) {
            talk.begin(id);
            talk.add(id, said(std::string(2500, 'x'), id));
        }
        CHECK(talk.find("a") != nullptr); // now the most recent one
        talk.begin("d");
        talk.add("d", said(std::string(2500, 'x'), "d"));
        CHECK(talk.find("b") == nullptr);
        CHECK(talk.find("a") != nullptr);
        CHECK(talk.bytes() <= 10'000);
        for (const std::string id : {"a", "c", "d"})
            talk.forget(id);
        CHECK(talk.bytes() == 0);
    }
}
