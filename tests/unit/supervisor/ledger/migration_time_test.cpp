#include "supervisor/ledger/database.h"
#include "supervisor/ledger/migration_time.h"
#include "supervisor/ledger/schema.h"
#include "tests/unit/supervisor/ledger/scratch.h"

#include <fstream>

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

// As a program that knew the schema up to `steps` left it.
void make_ledger(const std::string& path, std::size_t steps) {
    std::ofstream(path).close();
    auto database = Database::open(path, Database::Access::write).value();
    REQUIRE(migrate(*database, path, schema().first(steps)));
    REQUIRE(database->checkpoint(Database::Fold::everything));
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a ledger of an older schema is known before it is opened, with all its bytes") {
        const Scratch scratch;
        make_ledger(scratch.file(), schema().size() - 1);
        CHECK(bytes_to_migrate(scratch.file()) >= std::filesystem::file_size(scratch.file()));
        CHECK(bytes_to_migrate(scratch.file()) == bytes_of(scratch.file()));
    }

    TEST_CASE("where nothing is to be migrated, nobody is asked to wait") {
        const Scratch scratch;
        CHECK(bytes_to_migrate(scratch.file()) == 0); // there is none
        make_ledger(scratch.file("ours"), schema().size());
        CHECK(bytes_to_migrate(scratch.file("ours")) == 0);
        CHECK(bytes_of(scratch.file("ours")) > 0);
        std::ofstream(scratch.file("no ledger")) << std::string(200, 'x');
        CHECK(bytes_to_migrate(scratch.file("no ledger")) == 0);
        std::ofstream(scratch.file("short")) << "SQLite format 3";
        CHECK(bytes_to_migrate(scratch.file("short")) == 0);
    }

    TEST_CASE("the time grows with the bytes") {
        CHECK(time_to_migrate(0) == Milliseconds(0));
        CHECK(time_to_migrate(1) == std::chrono::seconds(1));
        CHECK(time_to_migrate(1ull << 30) == std::chrono::seconds(256));
    }
}
