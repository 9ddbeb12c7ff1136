// A child commits and is killed at a random moment; what it was told is on disk must be there, and
// nothing half done.
#include "common/base/strings.h"
#include "common/base/unique_fd.h"
#include "common/log/log.h"
#include "supervisor/ledger/database.h"
#include "tests/unit/supervisor/ledger/scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

std::string name_of(std::int64_t number) {
    return std::to_string(number);
}

// One message and its answer: four tables in one unit.
Writes unit(Ledger& ledger, std::int64_t number) {
    InboxRow message;
    message.key = {"echo", "default", name_of(number)};
    message.payload = std::string(static_cast<std::size_t>(number % 7) * 700, 'p');
    TranscriptRow row;
    row.id = name_of(number);
    row.role = "assistant";
    row.text = std::string(static_cast<std::size_t>(number % 5) * 900, 't');
    row.run_id = name_of(number);
    Session session;
    session.key = "agent:main:chat-" + std::to_string(number % 3);
    session.session_id = session.key;
    session.last_run_id = name_of(number);
    OutboxRow reply;
    reply.action_id = name_of(number);
    return writes(ledger.inbox.record(message), ledger.transcripts.append(session.session_id, row),
                  ledger.sessions.put(session), ledger.outbox.add(reply));
}

// Commits for ever, several at a time, and writes each acknowledged number into `acknowledged`.
[[noreturn]] void work_until_killed(const std::string& path, int acknowledged, std::int64_t first) {
    Loop loop;
    auto ledger =
        Ledger::open(loop, {.path = path, .build = {}, .store = {}, .inbox = {}, .outbox = {}});
    if (!ledger) _exit(1);
    std::int64_t next = first;
    std::function<void()> submit = [&] {
        const auto number = next++;
        (*ledger)->store->commit(unit(**ledger, number), [&, number](Result<void> kept) {
            if (!kept || ::write(acknowledged, &number, sizeof number) != sizeof number) _exit(2);
            submit();
        });
    };
    for (int i = 0; i < 8; ++i)
        submit();
    loop.run();
    _exit(3);
}

// Reads numbers until `enough` have come or the pipe ends; returns the highest.
std::int64_t read_numbers(int pipe, std::uint64_t enough) {
    std::int64_t highest = 0, number = 0;
    for (std::uint64_t i = 0; i < enough; ++i) {
        if (::read(pipe, &number, sizeof number) != sizeof number) break;
        highest = std::max(highest, number);
    }
    return highest;
}

struct Killed {
    std::int64_t acknowledged = 0; // the last number the child was told is on disk
    int status = 0;
};

Killed kill_one(const std::string& path, std::int64_t first) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    UniqueFd reading(ends[0]), writing(ends[1]);
    const pid_t child = fork();
    if (child == 0) work_until_killed(path, writing.get(), first);
    writing.reset();
    Killed killed;
    killed.acknowledged = read_numbers(reading.get(), 1 + random_below(60));
    usleep(static_cast<useconds_t>(random_below(1500))); // anywhere between two acknowledgements
    kill(child, SIGKILL);
    REQUIRE(waitpid(child, &killed.status, 0) == child);
    killed.acknowledged = std::max(killed.acknowledged, read_numbers(reading.get(), UINT64_MAX));
    return killed;
}

std::int64_t number(Fixture& it, Sql sql) {
    return wait_for<Result<std::int64_t>>(
               it.loop,
               [&](auto done) {
                   it.ledger->store->read<std::int64_t>(
                       [sql](Database* database) { return database->number(sql, -1); },
                       std::move(done));
               })
        .value();
}

struct Quiet {
    Quiet() { log::set_level(log::Level::error); }

    ~Quiet() { log::set_level(log::Level::info); }
};

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE(
        "after a kill at any moment everything acknowledged is there and nothing is half done") {
        const Quiet quiet;
        Fixture it;
        std::int64_t first = 1;
        for (int round = 0; round < 25; ++round) {
            CAPTURE(round);
            it.ledger.reset();
            const auto killed = kill_one(it.scratch.file(), first);
            REQUIRE(WIFSIGNALED(killed.status));
            it.open();
            CHECK(it.ledger->store->was_unclean());
            const auto last = number(it, "select max(cast(event_id as integer)) from inbox");
            CHECK(last >= killed.acknowledged);
            CHECK(number(it, "select count(*) from inbox") == last); // in order, without holes
            CHECK(number(it, "select count(*) from outbox") == last);
            CHECK(number(it, "select count(*) from transcripts") == last);
            CHECK(number(it, "select max(cast(last_run_id as integer)) from sessions") == last);
            CHECK(wait_for<Result<void>>(
                it.loop, [&](auto done) { it.ledger->store->check(std::move(done)); }));
            first = last + 1;
        }
    }
    TEST_CASE("the writer is in the mode the promises rest on: write-ahead log, full sync") {
        Fixture it;
        auto& database = *it.ledger->store->at_start();
        CHECK(database.number("pragma synchronous", -1).value() == 2);
        auto rows = database.query("pragma journal_mode");
        REQUIRE(rows.next());
        CHECK(rows.text() == "wal");
    }
}
