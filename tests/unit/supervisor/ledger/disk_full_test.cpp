// A file size limit stands for a full disk: the same refusal in the same places, without root.
#include "common/log/log.h"
#include "supervisor/ledger/database.h"
#include "tests/unit/supervisor/ledger/scratch.h"

#include <signal.h>
#include <sys/resource.h>

using namespace openclaw;
using namespace openclaw::ledger;

namespace {

class FullDisk {
  public:
    explicit FullDisk(std::uint64_t limit) {
        signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit now = before_;
        now.rlim_cur = limit;
        REQUIRE(setrlimit(RLIMIT_FSIZE, &now) == 0);
        log::set_level(log::Level::error);
    }

    ~FullDisk() {
        setrlimit(RLIMIT_FSIZE, &before_);
        signal(SIGXFSZ, SIG_DFL);
        log::set_level(log::Level::info);
    }

    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

  private:
    rlimit before_{};
};

struct Small : Fixture {
    Small() {
        store_options = {.note_delay = Milliseconds(1),
                         .first_retry = Milliseconds(1),
                         .max_retry = Milliseconds(4)};
        ledger.reset();
        open();
    }

    std::uint64_t log_bytes() const { return std::filesystem::file_size(scratch.file() + "-wal"); }

    Write set(const std::string& key, std::size_t bytes = 1) {
        return ledger->worker_state.put("w", key, std::string(bytes, 'x')).value();
    }
};

} // namespace

TEST_SUITE("supervisor/ledger") {
    TEST_CASE("a full disk fails what waits, says why, and keeps nothing of it") {
        Small it;
        REQUIRE(it.keep(it.set("before")));
        int changes = 0;
        it.ledger->store->on_health_change([&] { ++changes; });
        {
            const FullDisk full(it.log_bytes() + 10'000);
            std::optional<Result<void>> small, big;
            it.ledger->store->commit(writes(it.set("small")),
                                     [&](Result<void> kept) { small = kept; });
            it.ledger->store->commit(writes(it.set("big", 60'000)),
                                     [&](Result<void> kept) { big = kept; });
            while (!big)
                it.loop.turn();
            CHECK(small->error().code == Code::unavailable);
            CHECK(big->error().code == Code::unavailable);
            CHECK(big->error().retryable);
            CHECK_MESSAGE(big->error().sentence.starts_with("disk full"), big->error().sentence);
            CHECK(it.ledger->store->degraded() == big->error().sentence);
            CHECK(changes == 1);
        }
        while (!it.ledger->store->degraded().empty())
            it.loop.turn(); // by itself, without a new commit
        CHECK(changes == 2);
        REQUIRE(it.keep(it.set("after")));
        it.crash();
        const auto& state = it.ledger->worker_state.of("w");
        CHECK(state.contains("before"));
        CHECK_FALSE(state.contains("small"));
        CHECK_FALSE(state.contains("big"));
        CHECK(state.contains("after"));
    }
    TEST_CASE("notes outlast a full disk, in their order and before later commits") {
        Small it;
        const auto add = [](const char* letter) {
            return Write{.apply = [letter](Database* database) {
                return database->run("insert into worker_state (instance, key, value) values ('w', "
                                     "'order', cast(? as blob)) "
                                     "on conflict (instance, key) do update set value = cast(value "
                                     "|| excluded.value as blob)",
                                     letter);
            }};
        };
        REQUIRE(it.keep(it.set("before")));
        {
            const FullDisk full(it.log_bytes() + 10'000);
            it.ledger->store->note(add("a"));
            it.ledger->store->note(it.set("big", 60'000));
            it.ledger->store->note(add("b"));
            while (it.ledger->store->degraded().empty())
                it.loop.turn();
            CHECK_FALSE(it.keep(it.set("lost", 60'000)));
            CHECK(it.ledger->store->counters().lost_notes == 0);
        }
        REQUIRE(it.keep(add("c")));
        CHECK(it.ledger->store->degraded().empty());
        it.crash();
        CHECK(it.ledger->worker_state.of("w").at("order") == "abc");
        CHECK(it.ledger->worker_state.of("w").at("big").size() == 60'000);
    }
    TEST_CASE("reads go on while the disk is full") {
        Small it;
        REQUIRE(it.keep(it.set("before")));
        const FullDisk full(it.log_bytes() + 10'000);
        it.ledger->store->note(it.set("big", 60'000));
        const auto count = wait_for<Result<std::int64_t>>(it.loop, [&](auto done) {
            it.ledger->store->read<std::int64_t>(
                [](Database* database) {
                    return database->number("select count(*) from worker_state", -1);
                },
                std::move(done));
        });
        CHECK(count.value() == 1);
        CHECK_FALSE(it.ledger->store->degraded().empty());
    }
    TEST_CASE("closing on a full disk ends, and says what was lost") {
        Small it;
        REQUIRE(it.keep(it.set("before")));
        const FullDisk full(it.log_bytes() + 10'000);
        it.ledger->store->note(it.set("big", 60'000));
        const auto closed = close(it.loop, *it.ledger->store);
        REQUIRE_FALSE(closed);
        CHECK(closed.error().code == Code::unavailable);
    }
    TEST_CASE("a session that ran ahead of a full disk is caught up by its next change") {
        Small it;
        Session session;
        session.key = "k";
        session.session_id = "one";
        session.settings.icon = std::string(16'000, 'x');
        {
            REQUIRE(it.keep(it.set("before")));
            const FullDisk full(it.log_bytes());
            CHECK_FALSE(it.keep(it.ledger->sessions.put(session)));
        }
        CHECK(it.ledger->sessions.find("k") != nullptr);
        REQUIRE(it.keep(it.ledger->sessions.put(*it.ledger->sessions.find("k"))));
        it.crash();
        CHECK(it.ledger->sessions.find("k")->session_id == "one");
    }
}
