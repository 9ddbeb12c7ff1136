#include "supervisor/ledger/boots.h"

#include "supervisor/ledger/database.h"

#include <unistd.h>

#include <algorithm>

namespace openclaw::ledger {

namespace {

constexpr std::int64_t keep_ms =
    std::chrono::milliseconds(std::chrono::hours(24)).count(); // OPS.md 8.3
constexpr int read_at_most = 100;

Result<std::vector<Boot>> read_boots(Database& database) {
    auto rows = database.query(
        "select id, started_at_ms, ended_at_ms, build, pid from boots order by id desc limit ?",
        read_at_most);
    std::vector<Boot> boots;
    while (rows.next()) {
        auto& boot = boots.emplace_back();
        boot.id = rows.integer();
        boot.started_at_ms = rows.integer();
        boot.ended_at_ms = rows.integer();
        boot.build = rows.text();
        boot.pid = static_cast<int>(rows.integer());
    }
    TRY_VOID(rows.end());
    return boots;
}

} // namespace

Result<Boots> Boots::begin(Store& store, const Clock& clock, const std::string& build) {
    auto& database = *store.at_start();
    Boots boots;
    boots.clock_ = &clock;
    const auto now_ms = clock.unix_ms();
    TRY_VOID(database.run("begin immediate"));
    TRY_VOID(database.run("delete from boots where started_at_ms < ?", now_ms - keep_ms));
    boots.earlier_ = TRY(read_boots(database));
    TRY_VOID(database.run("insert into boots (started_at_ms, build, pid) values (?, ?, ?)", now_ms,
                          build, ::getpid()));
    boots.id_ = database.last_row_id();
    TRY_VOID(database.run("commit"));
    return boots;
}

int Boots::unclean_within(Milliseconds window) const {
    const auto since = clock_->unix_ms() - window.count();
    return static_cast<int>(std::ranges::count_if(earlier_, [since](const Boot& boot) {
        return boot.is_unclean() && boot.started_at_ms >= since;
    }));
}

Write Boots::end() const {
    return {.apply = [id = id_, now = clock_->unix_ms()](Database* database) {
        return database->run("update boots set ended_at_ms = ? where id = ?", now, id);
    }};
}

} // namespace openclaw::ledger
