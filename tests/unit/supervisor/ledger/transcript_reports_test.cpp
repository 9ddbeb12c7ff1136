#include "supervisor/ledger/transcript_reports.h"
#include "tests/unit/supervisor/ledger/scratch.h"

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

void say(Fixture& it, const std::string& key, const std::string& role, const std::string& text,
         std::int64_t at_ms) {
    Session session;
    session.key = key;
    session.agent_id = "main";
    session.session_id = "sid-" + key;
    TranscriptRow row;
    row.id = role + std::to_string(at_ms);
    row.role = role;
    row.text = text;
    row.at_ms = at_ms;
    row.run_id = "run-" + row.id;
    if (role == "assistant") {
        row.provider = "fake";
        row.model = "fake-1";
        row.input_tokens = 10;
        row.output_tokens = 3;
    }
    REQUIRE(it.keep(it.ledger->sessions.put(session)));
    REQUIRE(it.keep(it.ledger->transcripts.append(session.session_id, std::move(row))));
}

constexpr std::int64_t noon = 1'795'262'400'000; // 2026-11-21T12:00:00Z
constexpr std::int64_t day = 86'400'000;

std::vector<UsageRow> usage(Fixture& it, UsageQuery query) {
    return wait_for<Result<std::vector<UsageRow>>>(
               it.loop,
               [&](auto done) { it.ledger->reports.usage(std::move(query), std::move(done)); })
        .value();
}

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("usage is summed by session, day and model, within the times asked for") {
        Fixture it;
        say(it, "k", "user", "one", noon);
        say(it, "k", "assistant", "two", noon + 1);
        say(it, "k", "assistant", "three", noon + 2);
        say(it, "k", "assistant", "next day", noon + day);
        const auto rows = usage(it, {.from_ms = noon, .until_ms = noon + 10});
        REQUIRE(rows.size() == 2); // the question names no model
        const auto& answers = rows[0].answers > 0 ? rows[0] : rows[1];
        CHECK(answers.session_key == "k");
        CHECK(answers.day == "2026-11-21");
        CHECK(answers.input == 20);
        CHECK(answers.output == 6);
        CHECK(answers.answers == 2);
        CHECK(answers.last_ms == noon + 2);
        CHECK(usage(it, {}).size() == 3);
        CHECK(usage(it, {.session_id = "sid-other"}).empty());
    }
    TEST_CASE("a day begins where its time zone says") {
        Fixture it;
        say(it, "k", "assistant", "late", noon);
        const auto rows = usage(it, {.offset_seconds = 13 * 3600});
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].day == "2026-11-22");
    }
    TEST_CASE("a search finds words in either case, the newest first") {
        Fixture it;
        say(it, "a", "user", "Where is the Teapot?", noon);
        say(it, "b", "user", "no pot here", noon + 1);
        say(it, "b", "assistant", "the teapot is on the shelf", noon + 2);
        const auto hits = wait_for<Result<std::vector<SearchHit>>>(it.loop, [&](auto done) {
                              it.ledger->reports.search({.text = "TEAPOT"}, std::move(done));
                          }).value();
        REQUIRE(hits.size() == 2);
        CHECK(hits[0].role == "assistant");
        CHECK(hits[0].session_key == "b");
        CHECK(hits[1].text.contains("Teapot"));
    }
}
