#include "supervisor/ledger/files.h"

#include "supervisor/ledger/database.h"
#include "supervisor/ledger/inbox.h"

#include <iterator>
#include <utility>

namespace openclaw::ledger {

namespace {

Result<AttachedFiles> read_files(Database& database, const std::string& owner) {
    auto rows = database.query(
        "select name, mime, kind, bytes from files where owner = ? order by place", owner);
    AttachedFiles found;
    while (rows.next()) {
        auto& file = found.emplace_back();
        file.name = rows.text();
        file.mime = rows.text();
        file.kind = rows.text();
        file.bytes = rows.text();
    }
    TRY_VOID(rows.end());
    return found;
}

// Turns that were joined may have more than one message may carry.
void take_what_fits(Files::Loaded& all, AttachedFiles more) {
    for (auto& file : more) {
        const bool fits = all.files.size() < max_attached_files &&
                          bytes_of(all.files) + file.bytes.size() <= max_attached_bytes;
        if (fits)
            all.files.push_back(std::move(file));
        else
            all.left_out.push_back(std::move(file.name));
    }
}

} // namespace

std::string files_of(const InboxKey& key) {
    return "in:" + key.channel + ":" + key.account + ":" + key.event_id;
}

std::string files_of_action(const std::string& action_id) {
    return "out:" + action_id;
}

std::string files_of_run(const std::string& run_id) {
    return "run:" + run_id;
}

Result<Files> Files::begin(Store& store, const Clock& clock) {
    TRY_VOID(store.at_start()->run("delete from files where owner glob 'run:*'"));
    return Files(store, clock);
}

Write Files::add(std::string owner, SharedFiles files) {
    return {.apply = [owner = std::move(owner), files = std::move(files),
                      now = clock_->unix_ms()](Database* database) {
        return insert_files(*database, owner, files, now);
    }};
}

Write Files::drop(std::string owner) {
    return {.apply = [owner = std::move(owner)](Database* database) {
        return delete_files(*database, owner);
    }};
}

void Files::load(std::vector<std::string> owners, OnFiles done) {
    store_->read<Loaded>(
        [owners = std::move(owners)](Database* database) -> Result<Loaded> {
            Loaded all;
            for (const auto& owner : owners) {
                auto found = TRY(read_files(*database, owner));
                if (found.empty()) return fail(Code::corrupt, "they are not in the ledger");
                take_what_fits(all, std::move(found));
            }
            return all;
        },
        std::move(done));
}

Result<void> insert_files(Database& database, const std::string& owner, const SharedFiles& files,
                          std::int64_t now_ms) {
    std::int64_t place = 0;
    if (files)
        for (const auto& file : *files)
            TRY_VOID(database.run("insert or ignore into files (owner, place, name, mime, kind, "
                                  "created_at_ms, bytes) values (?, ?, ?, ?, ?, ?, ?)",
                                  owner, place++, file.name, file.mime, file.kind, now_ms,
                                  Blob{file.bytes}));
    return {};
}

Result<void> delete_files(Database& database, const std::string& owner) {
    return database.run("delete from files where owner = ?", owner);
}

// Times stand before the bytes: nothing of these is read.
Result<void> prune_files(Database& database, std::int64_t before_ms) {
    return database.run("delete from files where rowid in (select rowid from files where "
                        "created_at_ms < ? limit 16)",
                        before_ms);
}

} // namespace openclaw::ledger
