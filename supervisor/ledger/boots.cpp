#include "supervisor/ledger/boots.h"

#include "supervisor/ledger/database.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace openclaw::ledger {

namespace {

constexpr std::int64_t keep_ms =
    std::chrono::milliseconds(std::chrono::hours(24)).count(); // OPS.md 8.3
constexpr int read_at_most = 100;

Result<std::vector<Boot>> read_boots(Database& database) {
    auto rows = database.query("select id, started_at_ms, ended_at_ms, build, pid, machine_boot "
                               "from boots order by id desc limit ?",
                               read_at_most);
    std::vector<Boot> boots;
    while (rows.next()) {
        auto& boot = boots.emplace_back();
        boot.id = rows.integer();
        boot.started_at_ms = rows.integer();
        boot.ended_at_ms = rows.integer();
        boot.build = rows.text();
        boot.pid = static_cast<int>(rows.integer());
        boot.machine_boot = rows.text();
    }
    TRY_VOID(rows.end());
    return boots;
}

Result<void> write_boot(Database& database, std::int64_t now_ms, const std::string& build,
                        const std::string& machine_boot) {
    TRY_VOID(database.run("begin immediate"));
    TRY_VOID(database.run("delete from boots where started_at_ms < ?", now_ms - keep_ms));
    TRY_VOID(database.run(
        "insert into boots (started_at_ms, build, pid, machine_boot) values (?, ?, ?, ?)", now_ms,
        build, ::getpid(), machine_boot));
    return database.run("commit");
}

} // namespace

std::string this_machine_boot() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    std::getline(file, id);
    return id;
}

Result<Boots> Boots::begin(Store& store, const Clock& clock, const std::string& build,
                           std::string machine_boot) {
    auto& database = *store.at_start();
    Boots boots;
    boots.clock_ = &clock;
    boots.machine_boot_ = std::move(machine_boot);
    const auto now_ms = clock.unix_ms();
    boots.earlier_ = TRY(read_boots(database));
    boots.machine_went_down_ = boots.ended_with_the_machine();
    std::erase_if(boots.earlier_,
                  [now_ms](const Boot& boot) { return boot.started_at_ms < now_ms - keep_ms; });
    // Not synced: what is counted are processes that crash, and what they wrote outlives them. The
    // start is spared the wait; the first commit's sync takes the row along.
    TRY_VOID(database.script("pragma synchronous = off"));
    TRY_VOID(write_boot(database, now_ms, build, boots.machine_boot_));
    boots.id_ = database.last_row_id();
    TRY_VOID(database.script("pragma synchronous = full"));
    return boots;
}

int Boots::unclean_within(Milliseconds window) const {
    const auto since = clock_->unix_ms() - window.count();
    return static_cast<int>(std::ranges::count_if(earlier_, [since](const Boot& boot) {
        return boot.is_unclean() && boot.started_at_ms >= since;
    }));
}

// Judged by the newest life, however long ago it began.
bool Boots::ended_with_the_machine() const {
    return !earlier_.empty() && earlier_.front().is_unclean() &&
           (earlier_.front().machine_boot != machine_boot_ || machine_boot_.empty());
}

Write Boots::end() const {
    return {.apply = [id = id_, now = clock_->unix_ms()](Database* database) {
        return database->run("update boots set ended_at_ms = ? where id = ?", now, id);
    }};
}

} // namespace openclaw::ledger
