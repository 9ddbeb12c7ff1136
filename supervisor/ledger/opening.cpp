#include "supervisor/ledger/opening.h"

#include "common/log/log.h"
#include "supervisor/ledger/place.h"
#include "supervisor/ledger/schema.h"

namespace openclaw::ledger {

Result<OpenFile> open_file(const std::string& path, std::uint64_t check_below) {
    auto place = TRY(prepare_place(path));
    OpenFile file{.lock = std::move(place.lock),
                  .writer = {},
                  .reader = {},
                  .was_unclean = place.was_unclean};
    file.writer = TRY(Database::open(path, Database::Access::write));
    const int found = TRY(migrate(*file.writer, path, schema()));
    if (found != 0 && found != schema().back().to)
        log::info("ledger.migrated", {{"from", found}, {"to", schema().back().to}});
    if (file.was_unclean && place.file_bytes <= check_below)
        TRY_VOID(check_integrity(*file.writer, path));
    file.reader = TRY(Database::open(path, Database::Access::read));
    log::info("ledger.opened",
              {{"path", path}, {"schema", schema().back().to}, {"unclean", file.was_unclean}});
    return file;
}

Result<void> check_integrity(Database& database, const std::string& path) {
    auto rows = database.query("pragma quick_check(1)");
    const bool answered = rows.next();
    const auto finding = answered ? rows.text() : std::string();
    TRY_VOID(rows.end());
    if (finding == "ok") return {};
    return fail(Code::corrupt, "the ledger " + path + " is damaged (" + finding +
                                   "); stop the gateway and put a backup in its place");
}

} // namespace openclaw::ledger
