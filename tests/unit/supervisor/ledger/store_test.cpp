#include "supervisor/ledger/database.h"
#include "supervisor/ledger/store.h"
#include "tests/unit/supervisor/ledger/scratch.h"

#include <sys/stat.h>

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

// A key in the table worker_state stands for any change.
Write set(std::string key, std::string value = "1") {
    return {.apply = [key = std::move(key), value = std::move(value)](Database* database) {
        return database->run(
            "insert into worker_state (instance, key, value) values ('test', ?, ?) "
            "on conflict (instance, key) do update set value = cast(value || excluded.value as "
            "blob)",
            key, Blob{value});
    }};
}

Write failing() {
    return {.apply = [](Database*) -> Result<void> { return fail(Code::invalid, "no"); }};
}

std::move_only_function<Result<std::string>(Database*)> value_of(std::string key) {
    return [key = std::move(key)](Database* database) -> Result<std::string> {
        auto rows = database->query(
            "select value from worker_state where instance = 'test' and key = ?", key);
        auto value = rows.next() ? rows.text() : std::string("none");
        TRY_VOID(rows.end());
        return value;
    };
}

std::string read(Loop& loop, Store& store, const std::string& key) {
    return wait_for<Result<std::string>>(
               loop, [&](auto done) { store.read<std::string>(value_of(key), std::move(done)); })
        .value();
}

struct Opened {
    Scratch scratch;
    Loop loop;
    std::unique_ptr<Store> store;

    explicit Opened(StoreOptions options = {}) { store = open(options); }

    std::unique_ptr<Store> open(StoreOptions options = {}) {
        auto opened = Store::open(loop, scratch.file(), options);
        REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().sentence));
        return *std::move(opened);
    }

    std::string value(const std::string& key) { return read(loop, *store, key); }
};

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a commit is answered later, and is there after opening again") {
        Opened it;
        bool answered = false;
        it.store->commit(writes(set("a")), [&](Result<void> kept) { answered = kept.has_value(); });
        CHECK_FALSE(answered);
        while (!answered)
            it.loop.turn();
        REQUIRE(close(it.loop, *it.store));
        it.store.reset();
        it.store = it.open();
        CHECK(it.value("a") == "1");
        CHECK_FALSE(it.store->was_unclean());
    }
    TEST_CASE("what was answered survives the store being dropped without a close") {
        Opened it;
        REQUIRE(commit(it.loop, *it.store, writes(set("a"))));
        it.store.reset();
        it.store = it.open();
        CHECK(it.value("a") == "1");
        CHECK(it.store->was_unclean());
    }
    TEST_CASE("all units of one turn share one sync") {
        Opened it;
        int answered = 0;
        for (int i = 0; i < 100; ++i)
            it.store->commit(writes(set("k" + std::to_string(i))),
                             [&](Result<void> kept) { answered += kept ? 1 : 0; });
        while (answered < 100)
            it.loop.turn();
        CHECK(it.store->counters().syncs == 1);
        CHECK(it.store->counters().units == 100);
        CHECK(it.store->counters().last_sync_us > 0);
        CHECK(it.store->counters().p99_sync_us == it.store->counters().last_sync_us);
    }
    TEST_CASE("a mark is written without a sync, survives our death, and is synced soon after") {
        Opened it({.sync_delay = Milliseconds(1)});
        bool is_marked = false;
        it.store->mark(writes(set("m")), [&](Result<void> kept) { is_marked = kept.has_value(); });
        while (!is_marked)
            it.loop.turn();
        CHECK(it.store->counters().batches == 1);
        CHECK(it.store->counters().syncs == 0);
        while (it.store->counters().syncs == 0)
            it.loop.turn();
        CHECK(it.store->counters().marks == 1);
        it.store.reset();
        it.store = it.open();
        CHECK(it.value("m") == "1");
    }
    TEST_CASE("a mark in company of a commit is synced with it") {
        Opened it;
        int answered = 0;
        it.store->mark(writes(set("m")), [&](Result<void>) { ++answered; });
        it.store->commit(writes(set("c")), [&](Result<void>) { ++answered; });
        while (answered < 2)
            it.loop.turn();
        CHECK(it.store->counters().batches == 1);
        CHECK(it.store->counters().syncs == 1);
    }
    TEST_CASE("units that come while a batch is in flight share the next one, and answers keep the "
              "order") {
        Opened it;
        std::string order;
        it.store->commit(writes(set("a")), [&](Result<void>) { order += 'a'; });
        it.loop.turn(false); // the first batch is on its way
        it.store->commit(writes(set("b")), [&](Result<void>) { order += 'b'; });
        it.store->commit(writes(set("c")), [&](Result<void>) { order += 'c'; });
        while (order.size() < 3)
            it.loop.turn();
        CHECK(order == "abc");
        CHECK(it.store->counters().syncs == 2);
    }
    TEST_CASE("a failing unit is told its own error, leaves nothing behind and does not hurt its "
              "neighbours") {
        Opened it;
        std::optional<Result<void>> before, bad, after;
        it.store->commit(writes(set("before")), [&](Result<void> kept) { before = kept; });
        it.store->commit(writes(set("half"), failing(), set("never")),
                         [&](Result<void> kept) { bad = kept; });
        it.store->commit(writes(set("after")), [&](Result<void> kept) { after = kept; });
        while (!after)
            it.loop.turn();
        CHECK(before->has_value());
        CHECK(after->has_value());
        CHECK(bad->error().code == Code::invalid);
        CHECK(it.value("before") == "1");
        CHECK(it.value("half") == "none");
        CHECK(it.value("never") == "none");
        CHECK(it.value("after") == "1");
        CHECK(it.store->counters().syncs == 1);
    }
    TEST_CASE("a statement that breaks a constraint fails its unit only") {
        Opened it;
        const auto twice = [] {
            return Write{.apply = [](Database* database) {
                return database->run("insert into worker_state (instance, key, value) values "
                                     "('test', 'one', x'31')");
            }};
        };
        REQUIRE(commit(it.loop, *it.store, writes(twice())));
        const auto second = commit(it.loop, *it.store, writes(set("other"), twice()));
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::invalid);
        CHECK(it.value("other") == "none");
        CHECK(it.store->degraded().empty());
    }
    TEST_CASE("settled hooks hear what became of their unit, before its answer") {
        Opened it;
        std::string heard;
        auto good = set("a");
        good.settled = [&](bool kept) { heard += kept ? "kept " : "lost "; };
        auto bad = failing();
        bad.settled = [&](bool kept) { heard += kept ? "kept " : "lost "; };
        it.store->commit(writes(std::move(good)), [&](Result<void>) { heard += "first "; });
        it.store->commit(writes(std::move(bad)), [&](Result<void>) { heard += "second"; });
        while (!heard.ends_with("second"))
            it.loop.turn();
        CHECK(heard == "kept first lost second");
    }
    TEST_CASE("a read sees every write submitted before it, notes included") {
        Opened it({.note_delay = std::chrono::hours(1)});
        it.store->commit(writes(set("a", "1")), [](Result<void>) {});
        it.store->note(set("a", "2"));
        CHECK(it.value("a") == "12");
        it.store->note(set("b"));
        CHECK(it.value("b") == "1"); // does not wait for the note's delay
    }
    TEST_CASE("a note rides along with the next commit, in its place") {
        Opened it({.note_delay = std::chrono::hours(1)});
        it.store->note(set("a", "1"));
        it.loop.turn(false);
        CHECK(it.store->counters().syncs == 0);
        REQUIRE(commit(it.loop, *it.store, writes(set("a", "2"))));
        CHECK(it.value("a") == "12");
        CHECK(it.store->counters().syncs == 1);
    }
    TEST_CASE("a note alone is written after its delay") {
        Opened it({.note_delay = Milliseconds(1)});
        bool kept = false;
        auto write = set("a");
        write.settled = [&](bool was_kept) { kept = was_kept; };
        it.store->note(std::move(write));
        while (!kept)
            it.loop.turn();
        CHECK(it.store->counters().syncs == 1);
    }
    TEST_CASE("above the limit commits are refused as busy, and accepted again later") {
        Opened it({.max_waiting = 4});
        int kept = 0, busy = 0;
        for (int i = 0; i < 6; ++i) {
            CHECK(it.store->can_accept() == (i < 4));
            it.store->commit(writes(set("k")), [&](Result<void> outcome) {
                kept += outcome ? 1 : 0;
                busy += !outcome && outcome.error().code == Code::busy ? 1 : 0;
            });
        }
        while (kept + busy < 6)
            it.loop.turn();
        CHECK(kept == 4);
        CHECK(busy == 2);
        CHECK(it.value("k") == "1111");
        CHECK(it.store->can_accept());
    }
    TEST_CASE("a large queue goes in several transactions and keeps its order") {
        Opened it({.max_batch = 3});
        int answered = 0;
        for (const char* digit : {"1", "2", "3", "4", "5", "6", "7"})
            it.store->commit(writes(set("k", digit)), [&](Result<void>) { ++answered; });
        while (answered < 7)
            it.loop.turn();
        CHECK(it.store->counters().syncs == 3);
        CHECK(it.value("k") == "1234567");
    }
    TEST_CASE("closing keeps what waits, answers reads, and refuses what comes after") {
        Opened it({.note_delay = std::chrono::hours(1)});
        std::optional<Result<void>> late, early;
        std::optional<Result<std::string>> asked;
        bool closed = false;
        it.store->commit(writes(set("early")), [&](Result<void> kept) { early = kept; });
        it.store->note(set("note"));
        it.store->read<std::string>(value_of("early"),
                                    [&](Result<std::string> value) { asked = value; });
        it.store->close([&](Result<void> outcome) { closed = outcome.has_value(); });
        it.store->commit(writes(set("late")), [&](Result<void> kept) { late = kept; });
        CHECK_FALSE(it.store->can_accept());
        while (!closed)
            it.loop.turn();
        CHECK(early->has_value());
        CHECK(asked->value() == "1");
        CHECK(late->error().code == Code::unavailable);
        CHECK_FALSE(std::filesystem::exists(it.scratch.file() + "-wal"));
        it.store.reset();
        it.store = it.open();
        CHECK(it.value("note") == "1");
        CHECK(it.value("late") == "none");
    }
    TEST_CASE("the store may be destroyed by an answer") {
        Opened it;
        bool second = false;
        it.store->commit(writes(set("a")), [&](Result<void>) { it.store.reset(); });
        it.store->commit(writes(set("b")), [&](Result<void>) { second = true; });
        while (it.store)
            it.loop.turn();
        it.loop.turn(false);
        CHECK_FALSE(second);
        it.store = it.open();
        CHECK(it.value("b") == "1"); // it was on disk when the first answer came
    }
    TEST_CASE("the store may be destroyed while a batch is in flight") {
        Opened it;
        it.store->commit(writes(set("a")), [](Result<void>) {});
        it.loop.turn(false);
        it.store.reset();
    }
    TEST_CASE(
        "directories and file are for the owner only, and a file that is too open is tightened") {
        Scratch scratch;
        Loop loop;
        const auto path = scratch.file("state/deep/ledger.sqlite");
        const auto mode_of = [](const std::string& name) {
            struct stat facts {};
            REQUIRE(stat(name.c_str(), &facts) == 0);
            return facts.st_mode & 0777;
        };
        auto store = Store::open(loop, path).value();
        REQUIRE(commit(loop, *store, writes(set("a"))));
        CHECK(mode_of(scratch.file("state")) == 0700);
        CHECK(mode_of(scratch.file("state/deep")) == 0700);
        CHECK(mode_of(path) == 0600);
        CHECK(mode_of(path + "-wal") == 0600);
        store.reset();
        REQUIRE(chmod(path.c_str(), 0644) == 0);
        REQUIRE(Store::open(loop, path));
        CHECK(mode_of(path) == 0600);
    }
    TEST_CASE("a second opener is refused and told who holds the file") {
        Opened it;
        const auto second = Store::open(it.loop, it.scratch.file());
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Code::busy);
        CHECK(second.error().sentence.contains("process " + std::to_string(getpid())));
        it.store.reset();
        CHECK(Store::open(it.loop, it.scratch.file()));
    }
    TEST_CASE("a place that cannot be written is an error with path and remedy") {
        Scratch scratch;
        Loop loop;
        std::filesystem::create_symlink(
            "nowhere", scratch.file("link.sqlite")); // not followed, so not writable for root too
        const auto store = Store::open(loop, scratch.file("link.sqlite"));
        REQUIRE_FALSE(store);
        CHECK(store.error().code == Code::denied);
        CHECK(store.error().sentence.contains("link.sqlite"));
        CHECK(store.error().sentence.contains("writable"));
        CHECK_FALSE(Store::open(loop, scratch.file("link.sqlite.lock/ledger.sqlite")));
    }
    TEST_CASE("the log is folded into the file when it has grown and nobody waits") {
        Opened it;
        for (int i = 0; i < 40; ++i)
            REQUIRE(commit(it.loop, *it.store,
                           writes(set("k" + std::to_string(i), std::string(200'000, 'x')))));
        CHECK(it.store->counters().checkpoints >= 1);
        CHECK(std::filesystem::file_size(it.scratch.file() + "-wal") < 8'000'000);
    }
    TEST_CASE("a sound file passes its check, also while it is in use") {
        Opened it;
        REQUIRE(commit(it.loop, *it.store, writes(set("a"))));
        CHECK(
            wait_for<Result<void>>(it.loop, [&](auto done) { it.store->check(std::move(done)); }));
    }
}
