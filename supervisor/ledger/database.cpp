#include "supervisor/ledger/database.h"

#include "common/base/check.h"

#include <sqlite3.h>

#include <errno.h>
#include <string.h>

namespace openclaw::ledger {

namespace {

constexpr int busy_timeout_ms = 5000; // OPS.md 6

bool is_storage_failure(int primary) {
    switch (primary) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_BUSY:
    case SQLITE_PROTOCOL:
        return true;
    default:
        return false;
    }
}

bool means_disk_full(int primary, int system_errno) {
    // SQLite says FULL for ENOSPC only; a quota and a file size limit feel the same to the
    // operator.
    return primary == SQLITE_FULL ||
           (primary == SQLITE_IOERR &&
            (system_errno == EDQUOT || system_errno == EFBIG || system_errno == ENOSPC));
}

Error explain(const std::string& path, int extended, int system_errno, const std::string& message) {
    const int primary = extended & 0xFF;
    Error error{
        .code = Code::unavailable, .sentence = {}, .system_errno = system_errno, .retryable = true};
    if (means_disk_full(primary, system_errno)) {
        error.sentence = "disk full: cannot write the ledger " + path +
                         "; free some space, the gateway goes on by itself";
    } else if (primary == SQLITE_IOERR || primary == SQLITE_READONLY ||
               primary == SQLITE_CANTOPEN) {
        char text[128];
        error.sentence =
            "cannot read or write the ledger " + path + ": " +
            (system_errno != 0 ? strerror_r(system_errno, text, sizeof text) : message.c_str()) +
            "; check the disk and the file's permissions";
    } else if (primary == SQLITE_BUSY || primary == SQLITE_PROTOCOL) {
        error.sentence = "the ledger " + path + " is held by another program; close it";
    } else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
        error.code = Code::corrupt;
        error.retryable = false;
        error.sentence = "the ledger " + path + " is damaged (" + message +
                         "); stop the gateway and put a backup in its place";
    } else {
        error.code = primary == SQLITE_CONSTRAINT ? Code::invalid : Code::internal;
        error.retryable = false;
        error.sentence = "the ledger refused a change: " + message;
    }
    return error;
}

} // namespace

Rows::Rows(Database* database, sqlite3_stmt* statement, std::optional<Error> error)
    : database_(database)
    , statement_(statement)
    , error_(std::move(error)) {}

Rows::Rows(Rows&& other) noexcept
    : database_(other.database_)
    , statement_(std::exchange(other.statement_, nullptr))
    , error_(std::move(other.error_))
    , column_(other.column_) {}

Rows::~Rows() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
    if (statement_ == nullptr || error_) return false;
    column_ = 0;
    errno = 0;
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) error_ = database_->last_error();
    return code == SQLITE_ROW;
}

std::int64_t Rows::integer() {
    return sqlite3_column_int64(statement_, column_++);
}

std::string Rows::text() {
    const int column = column_++;
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<void> Rows::end() {
    if (error_) return Failure(*error_);
    return {};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access) {
    // Without the counters of memory in use, which nobody reads, an allocation takes no lock.
    [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    std::unique_ptr<Database> database(new Database(path));
    const int flags = (access == Access::write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                      SQLITE_OPEN_NOMUTEX;
    const int code = sqlite3_open_v2(path.c_str(), &database->handle_, flags, nullptr);
    CHECK_INVARIANT(database->handle_ != nullptr); // null only when memory is gone
    sqlite3_extended_result_codes(database->handle_, 1);
    if (code != SQLITE_OK) return Failure(database->last_error());
    TRY_VOID(database->configure(access));
    return database;
}

Result<void> Database::configure(Access access) {
    sqlite3_busy_timeout(handle_, busy_timeout_ms);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    return script(access == Access::read ? "pragma temp_store = memory; pragma cache_size = -512"
                                         : "pragma temp_store = memory; pragma cache_size = -1024");
}

Result<void> Database::rely_on_log() {
    // The hook replaces SQLite's own checkpoint inside commit: the store chooses the moment.
    sqlite3_wal_hook(
        handle_,
        [](void* self, sqlite3*, const char*, int pages) {
            static_cast<Database*>(self)->log_pages_ = pages;
            return SQLITE_OK;
        },
        this);
    // fast: pages that are let go are not written once more, with zeros. Dropping the files of a
    // message would cost as much as keeping them.
    return script("pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit "
                  "= 16777216; pragma secure_delete = fast");
}

Result<void> Database::sync_commits(bool wanted) {
    if (wanted == syncs_commits_) return {};
    TRY_VOID(script(wanted ? "pragma synchronous = full" : "pragma synchronous = normal"));
    syncs_commits_ = wanted;
    return {};
}

Database::~Database() {
    for (const auto& [literal, statement] : statements_)
        sqlite3_finalize(statement);
    CHECK_INVARIANT(sqlite3_close(handle_) == SQLITE_OK);
}

sqlite3_stmt* Database::prepared(Sql sql) {
    auto& statement = statements_[sql.text];
    if (statement == nullptr)
        sqlite3_prepare_v3(handle_, sql.text, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    CHECK_INVARIANT(statement == nullptr || sqlite3_stmt_busy(statement) == 0);
    return statement;
}

Result<void> Database::finish(sqlite3_stmt* statement) {
    if (statement == nullptr) return Failure(last_error());
    errno = 0;
    const int code = sqlite3_step(statement);
    std::optional<Error> error;
    if (code != SQLITE_DONE && code != SQLITE_ROW) error = last_error();
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (error) return Failure(*std::move(error));
    return {};
}

Result<void> Database::script(const char* statements) {
    errno = 0;
    if (sqlite3_exec(handle_, statements, nullptr, nullptr, nullptr) != SQLITE_OK)
        return Failure(last_error());
    return {};
}

Error Database::last_error() {
    const int extended = sqlite3_extended_errcode(handle_);
    CHECK_INVARIANT((extended & 0xFF) != SQLITE_NOMEM); // out of memory aborts (HOUSE 2.5)
    // SQLite keeps the errno of some failures only, not of a commit's; it is still this thread's
    // last.
    const int system_errno = errno != 0 ? errno : sqlite3_system_errno(handle_);
    auto error = explain(path_, extended, system_errno, sqlite3_errmsg(handle_));
    if (is_storage_failure(extended & 0xFF)) storage_failure_ = error;
    return error;
}

std::int64_t Database::changed_rows() const {
    return sqlite3_changes64(handle_);
}

std::int64_t Database::last_row_id() const {
    return sqlite3_last_insert_rowid(handle_);
}

bool Database::in_transaction() const {
    return sqlite3_get_autocommit(handle_) == 0;
}

Result<void> Database::checkpoint(Fold fold) {
    const int mode =
        fold == Fold::everything ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    if (sqlite3_wal_checkpoint_v2(handle_, "main", mode, nullptr, nullptr) != SQLITE_OK)
        return Failure(last_error());
    return {};
}

Result<void> Database::copy_to(const std::string& path) {
    sqlite3* target = nullptr;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int code = sqlite3_open_v2(path.c_str(), &target, flags, nullptr);
    if (code == SQLITE_OK) {
        auto* copy = sqlite3_backup_init(target, "main", handle_, "main");
        if (copy != nullptr) sqlite3_backup_step(copy, -1);
        code = copy != nullptr ? sqlite3_backup_finish(copy) : sqlite3_errcode(target);
    }
    const int system_errno = sqlite3_system_errno(target);
    sqlite3_close(target);
    if (code != SQLITE_OK) return Failure(explain(path, code, system_errno, sqlite3_errstr(code)));
    return {};
}

void Database::abandon() {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void Database::bind_integer(sqlite3_stmt* statement, int index, std::int64_t number) {
    sqlite3_bind_int64(statement, index, number);
}

// SQLITE_STATIC is a null pointer and SQLITE_TRANSIENT a cast to a function pointer.
void Database::bind(sqlite3_stmt* statement, int index, std::string_view text, Lifetime lifetime) {
    const auto* bytes = text.data() == nullptr ? "" : text.data();
    sqlite3_bind_text64(statement, index, bytes, text.size(),
                        lifetime == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC,
                        SQLITE_UTF8);
}

void Database::bind(sqlite3_stmt* statement, int index, Blob blob, Lifetime lifetime) {
    const auto* bytes = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
    sqlite3_bind_blob64(statement, index, bytes, blob.bytes.size(),
                        lifetime == Lifetime::copied ? SQLITE_TRANSIENT : SQLITE_STATIC);
}

} // namespace openclaw::ledger
