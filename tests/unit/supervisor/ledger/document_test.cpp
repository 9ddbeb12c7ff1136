// docs/ledger.md names what is really there.
#include "supervisor/ledger/database.h"
#include "tests/unit/supervisor/ledger/scratch.h"

#include <fstream>
#include <sstream>

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

std::string document() {
    std::ifstream file(LEDGER_DOCUMENT);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("the document lists every table and view, and every state") {
        Fixture it;
        const auto text = document();
        auto rows = it.ledger->store->at_start()->query(
            "select name, type from sqlite_schema where type in ('table', 'view')");
        while (rows.next()) {
            const auto table = rows.text();
            CAPTURE(table);
            CHECK(text.contains((rows.text() == "table" ? "| `" : "`") + table + "`"));
        }
        for (const auto state : {InboxState::received, InboxState::running, InboxState::done,
                                 InboxState::dropped, InboxState::parked})
            CHECK(text.contains(name(state)));
        for (const auto state : {OutboxState::queued, OutboxState::sending, OutboxState::sent,
                                 OutboxState::failed, OutboxState::unknown})
            CHECK(text.contains(name(state)));
    }
}
