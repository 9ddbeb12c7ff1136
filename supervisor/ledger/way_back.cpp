#include "supervisor/ledger/way_back.h"

#include "common/log/log.h"
#include "supervisor/ledger/database.h"
#include "supervisor/ledger/schema.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace openclaw::ledger {

namespace {

Result<std::int64_t> schema_of(const std::string& path) {
    auto database = TRY(Database::open(path, Database::Access::write));
    return database->number("pragma user_version", 0);
}

} // namespace

Result<void> take_back(const std::string& path) {
    std::error_code problem;
    if (!std::filesystem::exists(path, problem)) return {};
    const std::int64_t found = TRY(schema_of(path));
    const int known = schema().back().to;
    if (found <= known) return {};
    const std::string copy = path + ".schema-" + std::to_string(known) + ".bak";
    if (!std::filesystem::exists(copy, problem))
        return fail(Code::invalid, "the ledger " + path + " was migrated to schema " +
                                       std::to_string(found) + " and there is no copy " + copy);
    for (const char* log : {"-wal", "-shm"})
        ::unlink((path + log).c_str());
    if (::rename(copy.c_str(), path.c_str()) != 0)
        return Failure(
            system_error(Code::unavailable, "cannot put " + copy + " in its place", errno));
    log::warn("ledger.taken_back", {{"from", found}, {"to", known}});
    return {};
}

} // namespace openclaw::ledger
