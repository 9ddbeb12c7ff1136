#include "supervisor/rpc/table_page.h"
#include "tests/unit/supervisor/rpc/fakes.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace openclaw;
using test::Desk;
using test::parsed;

TEST_SUITE("supervisor/rpc") {
    TEST_CASE("docs/protocol.md is the method table") {
        Desk desk;
        const auto page = rpc::table_page(desk.table);
        if (std::getenv("OPENCLAW_WRITE_DOCS") != nullptr) std::ofstream(PROTOCOL_PAGE) << page;
        std::ostringstream written;
        written << std::ifstream(PROTOCOL_PAGE).rdbuf();
        CHECK_MESSAGE(written.str() == page,
                      "run this test once with OPENCLAW_WRITE_DOCS=1 and commit the page");
    }
    TEST_CASE("no row can be called with less than its scope, and each says which it lacks") {
        Desk desk;
        auto nobody = desk.join({});
        for (const auto& row : desk.table.rows()) {
            if (row.scope.empty() || row.scope == rpc::node_role) continue;
            const auto answer = parsed(desk.ask(*nobody, std::string(row.name)));
            CAPTURE(std::string(row.name));
            CHECK(answer.root()["error"]["code"].text() == "FORBIDDEN");
            CHECK(answer.root()["error"]["details"]["code"].text() == "MISSING_SCOPE");
        }
    }
    TEST_CASE("every row that takes named parameters refuses one it does not know") {
        Desk desk;
        for (const auto& row : desk.table.rows()) {
            if (row.unknown == rpc::Unknown::ignored || row.scope == rpc::node_role) continue;
            const auto answer =
                parsed(desk.ask(std::string(row.name), R"({"thisIsNoParameterOfAnyMethod":1})"));
            CAPTURE(std::string(row.name));
            CHECK(answer.root()["error"]["message"].text().contains(
                "unexpected property 'thisIsNoParameterOfAnyMethod'"));
        }
    }
    TEST_CASE("a caller may change the gateway thirty times a minute by one method") {
        Desk desk;
        const std::string patch = R"({"raw":"{}","baseHash":"h1"})";
        for (int i = 0; i < 30; ++i)
            CHECK(parsed(desk.ask("config.patch", patch)).root()["ok"].boolean());
        const auto refused = parsed(desk.ask("config.patch", patch));
        const auto error = refused.root()["error"];
        CHECK(error["code"].text() == "UNAVAILABLE");
        CHECK(error["retryable"].boolean());
        CHECK(error["details"]["limit"].text() == "30 per 60s");
        CHECK(error["details"]["method"].text() == "config.patch");
        CHECK(parsed(desk.ask("config.set", patch)).root()["ok"].boolean());
    }
}
