#include "supervisor/ledger/database.h"
#include "supervisor/ledger/schema.h"
#include "supervisor/ledger/way_back.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

int known() {
    return schema().back().to;
}

std::string copy_of(const std::string& file) {
    return file + ".schema-" + std::to_string(known()) + ".bak";
}

// What a newer program does when it opens the ledger.
void migrate_to_the_future(const std::string& file, bool keeps_copy) {
    auto database = Database::open(file, Database::Access::write).value();
    REQUIRE(database->script("create table kept (word text); insert into kept values ('before')"));
    if (keeps_copy) REQUIRE(database->copy_to(copy_of(file)));
    REQUIRE(database->script("insert into kept values ('after'); pragma user_version = 99"));
}

std::int64_t number_in(const std::string& file, Sql sql) {
    return Database::open(file, Database::Access::write).value()->number(sql, -1).value();
}

std::string ledger_in(const Scratch& scratch) {
    Loop loop;
    auto store = Store::open(loop, scratch.file()).value();
    REQUIRE(close(loop, *store));
    return scratch.file();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a ledger that a newer program migrated is as it was before, when that one gave up") {
        const Scratch scratch;
        const auto file = ledger_in(scratch);
        migrate_to_the_future(file, true);
        REQUIRE(take_back(file));
        CHECK(number_in(file, "pragma user_version") == known());
        CHECK(number_in(file, "select count(*) from kept where word = 'before'") == 1);
        CHECK(number_in(file, "select count(*) from kept where word = 'after'") == 0);
        CHECK_FALSE(std::filesystem::exists(copy_of(file)));
    }

    TEST_CASE("a ledger of our own schema, or none, is left alone") {
        const Scratch scratch;
        CHECK(take_back(scratch.file()));
        CHECK_FALSE(std::filesystem::exists(scratch.file()));
        const auto file = ledger_in(scratch);
        CHECK(take_back(file));
        CHECK(number_in(file, "pragma user_version") == known());
    }

    TEST_CASE("without the copy it says so and changes nothing") {
        const Scratch scratch;
        const auto file = ledger_in(scratch);
        migrate_to_the_future(file, false);
        const auto refused = take_back(file);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().sentence.contains("schema 99"));
        CHECK(number_in(file, "pragma user_version") == 99);
    }
}
