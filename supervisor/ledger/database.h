// ledger/database.h — one connection to the file. The only place, with database.cpp, that knows
// SQLite.
//
// Statements are literals, prepared once and kept; values are always bound. One thread at a time. A
// statement whose rows are being read must not be started again before those Rows are gone.
#pragma once

#include "common/base/result.h"

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace openclaw::ledger {

// A statement is text that stands in the program, so that nothing foreign can become part of it.
class Sql {
  public:
    consteval Sql(const char* literal)
        : text(literal) {}

    const char* const text;
};

// Bytes that are not text.
struct Blob {
    std::string_view bytes;
};

// The answer of a query, row by row. Columns are read from left to right.
//
//   auto rows = database->query("select key, updated_at_ms from sessions where agent_id = ?",
//   agent); while (rows.next()) found.push_back({.key = rows.text(), .updated_at_ms =
//   rows.integer()}); TRY_VOID(rows.end());
class Rows {
  public:
    Rows(Rows&& other) noexcept;
    Rows& operator=(Rows&&) = delete;
    ~Rows();

    bool next(); // false: no more, or an error
    std::int64_t integer();

    std::uint64_t natural() { return static_cast<std::uint64_t>(integer()); }

    bool flag() { return integer() != 0; }

    std::string text(); // text or bytes; empty for null
    Result<void> end();

  private:
    friend class Database;
    Rows(class Database* database, sqlite3_stmt* statement, std::optional<Error> error);

    Database* database_;
    sqlite3_stmt* statement_;
    std::optional<Error> error_;
    int column_ = 0;
};

class Database {
  public:
    enum class Access { write, read };
    // The file exists.
    static Result<std::unique_ptr<Database>> open(const std::string& path, Access access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    template <class... Values>
    Result<void> run(Sql sql, const Values&... values) {
        auto* statement = prepared(sql);
        int index = 0;
        if (statement != nullptr) (bind(statement, ++index, values, Lifetime::borrowed), ...);
        return finish(statement);
    }

    template <class... Values>
    Rows query(Sql sql, const Values&... values) {
        auto* statement = prepared(sql);
        int index = 0;
        if (statement != nullptr) (bind(statement, ++index, values, Lifetime::copied), ...);
        return Rows(this, statement,
                    statement == nullptr ? std::optional(last_error()) : std::nullopt);
    }

    // The first column of the first row; `otherwise` when there is none.
    template <class... Values>
    Result<std::int64_t> number(Sql sql, std::int64_t otherwise, const Values&... values) {
        auto rows = query(sql, values...);
        const std::int64_t found = rows.next() ? rows.integer() : otherwise;
        TRY_VOID(rows.end());
        return found;
    }

    // Puts the file into the mode the ledger relies on: write-ahead log, synced at each commit.
    Result<void> rely_on_log();
    // Whether the next commits wait for the disk. Without, they are in the kernel's hands when they
    // return. Not inside a transaction.
    Result<void> sync_commits(bool wanted);
    Result<void> script(const char* statements); // several, without values: schema changes

    std::int64_t changed_rows() const; // by the last run()
    std::int64_t last_row_id() const;
    bool in_transaction() const;

    // Set when the file could not be read or written, whatever was asked: disk full, I/O error,
    // damaged.
    const std::optional<Error>& storage_failure() const { return storage_failure_; }

    void forget_storage_failure() { storage_failure_.reset(); }

    int log_pages() const { return log_pages_; } // of the write-ahead log, after the last commit
    enum class Fold { what_is_possible, everything };
    Result<void> checkpoint(Fold fold); // moves the log into the file
    Result<void> copy_to(const std::string& path);
    // Close like a crash would: leave the log as it is.
    void abandon();

  private:
    friend class Rows;
    enum class Lifetime { borrowed, copied };

    explicit Database(std::string path)
        : path_(std::move(path)) {}

    Result<void> configure(Access access);
    sqlite3_stmt* prepared(Sql sql); // null: see last_error()
    Result<void> finish(sqlite3_stmt* statement);
    Error last_error();

    template <class T>
    requires std::integral<T>

    void bind(sqlite3_stmt* statement, int index, T number, Lifetime) {
        bind_integer(statement, index, static_cast<std::int64_t>(number));
    }

    void bind(sqlite3_stmt* statement, int index, std::string_view text, Lifetime lifetime);
    void bind(sqlite3_stmt* statement, int index, Blob blob, Lifetime lifetime);
    static void bind_integer(sqlite3_stmt* statement, int index, std::int64_t number);

    std::string path_;
    sqlite3* handle_ = nullptr;
    std::unordered_map<const char*, sqlite3_stmt*> statements_; // by the literal's address
    std::optional<Error> storage_failure_;
    int log_pages_ = 0;
    bool syncs_commits_ = true;
};

} // namespace openclaw::ledger
