#include "supervisor/ledger/place.h"
#include "supervisor/ledger/schema.h"
#include "tests/unit/supervisor/ledger/scratch.h"

#include <sqlite3.h>

#include <array>
#include <fstream>
#include <sstream>

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// Straight at the file, as another program would.
void execute(const std::string& path, const std::string& sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
    char* message = nullptr;
    sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message);
    REQUIRE_MESSAGE(message == nullptr, (message != nullptr ? message : ""));
    sqlite3_close(handle);
}

constexpr const char* toy_1 =
    "pragma application_id = 0x4F43474C; create table t (a integer); insert into t values (1)";
constexpr std::array<Migration, 1> one_step{{{1, toy_1}}};
constexpr std::array<Migration, 3> three_steps{{{1, toy_1},
                                                {2, "alter table t add column b integer default 2"},
                                                {3, "update t set a = a + b"}}};
constexpr std::array<Migration, 3> broken_steps{
    {{1, toy_1},
     {2, "alter table t add column b integer default 2"},
     {3, "update nothing_like_it set a = 1"}}};

Result<int> migrate_file(const std::string& path, std::span<const Migration> steps) {
    TRY(prepare_place(path));
    auto database = TRY(Database::open(path, Database::Access::write));
    return migrate(*database, path, steps);
}

std::int64_t number_in(const std::string& path, Sql sql) {
    return Database::open(path, Database::Access::write).value()->number(sql, -1).value();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("the schema is numbered without gaps from one") {
        int expected = 1;
        for (const auto& step : schema())
            CHECK(step.to == expected++);
    }
    TEST_CASE("a new file gets all steps and no copy is kept") {
        Scratch scratch;
        CHECK(migrate_file(scratch.file(), three_steps).value() == 0);
        CHECK(number_in(scratch.file(), "pragma user_version") == 3);
        CHECK(number_in(scratch.file(), "select a from t") == 3);
        CHECK_FALSE(std::filesystem::exists(scratch.file() + ".schema-0.bak"));
    }
    TEST_CASE("an older file gets the missing steps, and a copy of what it was is kept") {
        Scratch scratch;
        REQUIRE(migrate_file(scratch.file(), one_step));
        CHECK(migrate_file(scratch.file(), three_steps).value() == 1);
        CHECK(number_in(scratch.file(), "select a from t") == 3);
        CHECK(number_in(scratch.file() + ".schema-1.bak", "pragma user_version") == 1);
        CHECK(number_in(scratch.file() + ".schema-1.bak", "select a from t") == 1);
        CHECK(migrate_file(scratch.file(), three_steps).value() == 3); // and nothing the next time
        CHECK(number_in(scratch.file(), "select a from t") == 3);
    }
    TEST_CASE("a step that fails leaves the file as it was") {
        Scratch scratch;
        REQUIRE(migrate_file(scratch.file(), one_step));
        CHECK_FALSE(migrate_file(scratch.file(), broken_steps));
        CHECK(number_in(scratch.file(), "pragma user_version") == 1);
        CHECK(number_in(scratch.file(), "select count(*) from pragma_table_info('t')") == 1);
    }
    TEST_CASE("a file of a newer version is refused and left alone") {
        Fixture it;
        it.reopen();
        it.ledger.reset();
        execute(it.scratch.file(), "pragma user_version = 99");
        const auto refused = Store::open(it.loop, it.scratch.file());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::invalid);
        CHECK(refused.error().sentence.contains("newer version"));
        CHECK(refused.error().sentence.contains("schema 99"));
    }
    TEST_CASE("a database of another program is refused and not changed in any way") {
        Scratch scratch;
        Loop loop;
        execute(scratch.file(), "create table theirs (a)");
        const auto before = read_file(scratch.file());
        const auto refused = Store::open(loop, scratch.file());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::invalid);
        CHECK(refused.error().sentence.contains("not a ledger"));
        CHECK(read_file(scratch.file()) == before);
    }
    TEST_CASE("a file that is no database is called damaged") {
        Scratch scratch;
        Loop loop;
        std::ofstream(scratch.file()) << std::string(8192, 'n');
        const auto refused = Store::open(loop, scratch.file());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::corrupt);
        CHECK(refused.error().sentence.contains("backup"));
    }
    TEST_CASE("after an unclean end a damaged file is noticed when it is opened") {
        Fixture it;
        for (int i = 0; i < 50; ++i) {
            TranscriptRow row;
            row.id = row.run_id = std::to_string(i);
            row.text = std::string(2000, 't');
            REQUIRE(it.keep(it.ledger->transcripts.append("one", row)));
        }
        it.reopen();
        REQUIRE(close(it.loop, *it.ledger->store));
        it.ledger.reset();
        {
            std::fstream file(it.scratch.file(), std::ios::in | std::ios::out | std::ios::binary);
            const auto size = std::filesystem::file_size(it.scratch.file());
            file.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
            file << std::string(8192, 'z');
        }
        std::ofstream(it.scratch.file() + "-wal") << "left behind";
        const auto refused = Store::open(it.loop, it.scratch.file());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Code::corrupt);
    }
    TEST_CASE("a ledger written with any schema so far opens with all it held") {
        Fixture it;
        std::string written;
        SUBCASE("schema 1") {
            written = "/version_1.sql";
        }
        SUBCASE("schema 2") {
            written = "/version_2.sql";
        }
        SUBCASE("schema 3") {
            written = "/version_3.sql";
        }
        SUBCASE("schema 4") {
            written = "/version_4.sql";
        }
        SUBCASE("schema 5") {
            written = "/version_5.sql";
        }
        REQUIRE(
            wait_for<Result<void>>(it.loop, [&](auto done) { it.ledger->close(std::move(done)); }));
        it.ledger.reset();
        std::filesystem::remove(it.scratch.file());
        execute(it.scratch.file(), read_file(LEDGER_FIXTURES + written));
        it.open();
        const auto inbox = wait_for<Result<std::vector<InboxRow>>>(it.loop, [&](auto done) {
                               it.ledger->inbox.unfinished(0, 10, std::move(done));
                           }).value();
        REQUIRE(inbox.size() == 1);
        CHECK(inbox[0].key == InboxKey{"telegram", "default", "806855534"});
        CHECK(inbox[0].payload == "\x0A\x01\x32");
        const auto outbox = wait_for<Result<std::vector<OutboxRow>>>(it.loop, [&](auto done) {
                                it.ledger->outbox.unfinished(0, 10, std::move(done));
                            }).value();
        REQUIRE(outbox.size() == 1);
        CHECK(outbox[0].receipts.at(0).message_id == "1001");
        CHECK(outbox[0].stream_message_id == "1001");
        CHECK(it.ledger->sessions.find("agent:main:main")->label == "first");
        const auto page = wait_for<Result<TranscriptPage>>(it.loop, [&](auto done) {
                              it.ledger->transcripts.page("2097f1e2-9c0a-40e5-ae37-3dc8e5babd73", 0,
                                                          10, std::move(done));
                          }).value();
        REQUIRE(page.rows.size() == 2);
        CHECK(page.rows[1].text == "It's 4 o'clock.");
        CHECK(it.ledger->pairings.is_approved("telegram", "default", "5001"));
        CHECK(it.ledger->worker_state.of("telegram:default").at("offset") == "806855535");
    }
    TEST_CASE("a ledger written with schema 2 opens with the devices it knew") {
        Fixture it;
        REQUIRE(
            wait_for<Result<void>>(it.loop, [&](auto done) { it.ledger->close(std::move(done)); }));
        it.ledger.reset();
        std::filesystem::remove(it.scratch.file());
        execute(it.scratch.file(), read_file(LEDGER_FIXTURES "/version_2.sql"));
        it.open();
        const auto* device = it.ledger->devices.find("5647");
        REQUIRE(device != nullptr);
        CHECK(device->label == "mine");
        CHECK(device->scopes == std::vector<std::string>{"operator.read"});
        REQUIRE(device->token_of("operator") != nullptr);
        CHECK(device->token_of("operator")->hash == "ba5eba11");
        CHECK(it.ledger->devices.setup_code("setup-1")->device_id == "5647");
        CHECK(it.ledger->sessions.find("agent:main:main")->label == "first");
    }
}
